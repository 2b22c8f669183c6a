/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of client messages: each program on the way up only puts
 * something in front of what it was told. Innermost comes from what happened
 * on the wire (httpc.h); the layers here are those of kubelet's source, dockerd,
 * containerd and Go's net/http.
 *
 *	event   := Failed to pull image "SPEC": grpc		(kubelet.c)
 *	grpc    := rpc error: code = CODE desc = runtime
 *	runtime := docker	Error response from daemon: url
 *		 | containerd	failed to pull and unpack image "REF": failed
 *				to resolve reference "REF": failed to do
 *				request: url
 *		 | skopeo	initializing source docker://REF: pinging
 *				container registry HOST: url
 *	url     := METHOD URL: net */
#ifndef ERRTEXT_H
#define ERRTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"
#include "sim/host/profile.h"

/* A reference taken apart: "k8s.gcr.io/busybox" is host k8s.gcr.io, repository
 * busybox, tag latest. */
struct errtext_image {
	const char *spec; /* as the pod spec has it */
	char host[256], repository[256], tag[129];
	uint16_t port; /* 443 unless the reference says another */
};

/* False if 'spec' is not a reference with a registry host in it. */
bool errtext_read_image(const char *spec, struct errtext_image *out);

/* What failed: a call and its inner text. */
struct errtext_call {
	const char *method,
		*target;   /* "HEAD", "/v2/busybox/manifests/latest" */
	const char *inner; /* "dial tcp ...", or NULL */
	unsigned status;   /* of the answer, if there was one */
	const char *reason;
	const char *code; /* gRPC code */
	bool layer;	  /* of an image, not its configuration */
};

/* The message of a failed pull, as the client's caller gets it. */
void errtext_pull(const struct profile *p, const struct errtext_image *image,
		  const struct errtext_call *call, struct str *out);
/* The message of a failed call of a plain HTTP client. */
void errtext_request(const struct profile *p, const char *url,
		     const char *inner, struct str *out);

#endif
