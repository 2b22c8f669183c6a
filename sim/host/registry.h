/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that speak HTTP: an image registry (OCI distribution: /v2/,
 * manifests, blobs), and plain pages such as an API server's. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "sim/host/host.h"
#include "sim/host/tls.h"

struct registry_image {
	const char *repository; /* "busybox" */
	const char *const *tags;
	size_t tag_count;
	const uint64_t *layers; /* bytes */
	size_t layer_count;
};

struct registry_conf {
	uint16_t port;
	uint16_t status; /* 0: serve; else answer everything with this */
	const struct registry_image *images;
	size_t image_count;
	const struct tls_server *tls; /* NULL: plain HTTP */
};

/* Copied; the host owns the server. Calling it again for the same port
 * replaces what is served there. */
void registry_serve(struct host *h, const struct registry_conf *conf);

struct registry_page {
	uint16_t port, status;
	const char *body;
	const struct tls_server *tls;
};

void registry_serve_page(struct host *h, const struct registry_page *page);

#endif
