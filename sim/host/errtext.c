/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/errtext.h"

#include <stdlib.h>
#include <string.h>

static bool copy(char *out, size_t size, const char *from, size_t len)
{
	if (!len || len >= size)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

/* A first component is a host if it has a dot or a port, or is "localhost"
 * (distribution/reference). */
static bool read_host(const char *spec, size_t len, struct errtext_image *out)
{
	const char *colon = memchr(spec, ':', len);
	bool is_host = memchr(spec, '.', len) || colon ||
		       (len == 9 && !strncmp(spec, "localhost", 9));
	if (!is_host)
		return false;
	out->port = 443;
	if (colon) {
		char *end;
		long port = strtol(colon + 1, &end, 10);
		if (port < 1 || port > 65535 || end != spec + len)
			return false;
		out->port = (uint16_t)port;
		len = (size_t)(colon - spec);
	}
	return copy(out->host, sizeof(out->host), spec, len);
}

bool errtext_read_image(const char *spec, struct errtext_image *out)
{
	memset(out, 0, sizeof(*out));
	out->spec = spec;
	const char *slash = strchr(spec, '/');
	if (!slash || !read_host(spec, (size_t)(slash - spec), out))
		return false;
	const char *name = slash + 1, *colon = strrchr(name, ':');
	size_t len = colon ? (size_t)(colon - name) : strlen(name);
	if (!copy(out->repository, sizeof(out->repository), name, len))
		return false;
	const char *tag = colon ? colon + 1 : "latest";
	return copy(out->tag, sizeof(out->tag), tag, strlen(tag));
}

/* "Get https://k8s.gcr.io/v2/: ", with the method as Go prints it. */
static void add_url(const struct profile *p, const struct errtext_image *image,
		    const struct errtext_call *call, struct str *out)
{
	const char *quote = p->quotes_url ? "\"" : "";
	str_addf(out, "%s %shttps://%s",
		 !strcmp(call->method, "HEAD") ? "Head" : "Get", quote,
		 image->host);
	if (image->port != 443)
		str_addf(out, ":%u", image->port);
	str_addf(out, "%s%s: %s", call->target, quote, call->inner);
}

static void add_reference(const struct errtext_image *image, struct str *out)
{
	str_addf(out, "%s", image->host);
	if (image->port != 443)
		str_addf(out, ":%u", image->port);
	str_addf(out, "/%s:%s", image->repository, image->tag);
}

static bool is_blob(const struct errtext_call *call)
{
	return strstr(call->target, "/blobs/") != NULL;
}

static void docker(const struct profile *p, const struct errtext_image *image,
		   const struct errtext_call *call, struct str *out)
{
	str_add(out, "Error response from daemon: ");
	if (call->inner && is_blob(call) && !call->layer)
		str_add(out, "error pulling image configuration: ");
	if (call->inner && is_blob(call) && p->tells_attempts) {
		str_addf(out, "download failed after attempts=%u: %s",
			 p->blob_tries, call->inner);
	} else if (call->inner) {
		add_url(p, image, call, out);
	} else if (call->status == 404) {
		str_add(out, "manifest for ");
		add_reference(image, out);
		str_add(out, " not found: manifest unknown: manifest unknown");
	} else if (call->status == 429) {
		str_add(out, "toomanyrequests: You have reached your pull "
			     "rate limit.");
	} else {
		str_addf(out, "received unexpected HTTP status: %u %s",
			 call->status, call->reason);
	}
}

static void containerd(const struct profile *p,
		       const struct errtext_image *image,
		       const struct errtext_call *call, struct str *out)
{
	str_add(out, "failed to pull and unpack image \"");
	add_reference(image, out);
	str_add(out, "\": ");
	if (call->inner && is_blob(call)) {
		str_add(out, "failed to copy: httpReadSeeker: failed open: "
			     "failed to do request: ");
		add_url(p, image, call, out);
		return;
	}
	str_add(out, "failed to resolve reference \"");
	add_reference(image, out);
	str_add(out, "\": ");
	if (call->inner) {
		str_add(out, "failed to do request: ");
		add_url(p, image, call, out);
	} else if (call->status == 404) {
		add_reference(image, out);
		str_add(out, ": not found");
	} else {
		str_addf(out,
			 "pulling from host %s failed with status code "
			 "[manifests %s]: %u %s",
			 image->host, image->tag, call->status, call->reason);
	}
}

/* The fetcher of vSphere Pods carries containerd's resolver. */
static void podvm(const struct profile *p, const struct errtext_image *image,
		  const struct errtext_call *call, struct str *out)
{
	if (call->inner) {
		str_add(out, "failed to do request: ");
		add_url(p, image, call, out);
		return;
	}
	add_reference(image, out);
	if (call->status == 404)
		str_add(out, ": not found");
	else
		str_addf(out, ": unexpected status code %u %s", call->status,
			 call->reason);
}

static void skopeo(const struct profile *p, const struct errtext_image *image,
		   const struct errtext_call *call, struct str *out)
{
	str_add(out, "initializing source docker://");
	add_reference(image, out);
	if (!strcmp(call->target, "/v2/"))
		str_addf(out, ": pinging container registry %s: ", image->host);
	else if (is_blob(call))
		str_addf(out,
			 ": reading blob %s: ", strrchr(call->target, '/') + 1);
	else
		str_addf(out, ": reading manifest %s in %s/%s: ", image->tag,
			 image->host, image->repository);
	if (call->inner)
		add_url(p, image, call, out);
	else if (call->status == 404)
		str_add(out, "manifest unknown: manifest unknown");
	else if (call->status == 429)
		str_add(out, "too many requests to registry");
	else
		str_addf(out, "invalid status code from registry %u (%s)",
			 call->status, call->reason);
}

void errtext_pull(const struct profile *p, const struct errtext_image *image,
		  const struct errtext_call *call, struct str *out)
{
	if (p->style == PROFILE_PODVM) {
		podvm(p, image, call, out);
		return;
	}
	str_addf(out, "rpc error: code = %s desc = ", call->code);
	if (p->style == PROFILE_SKOPEO)
		skopeo(p, image, call, out);
	else if (p->style == PROFILE_CONTAINERD)
		containerd(p, image, call, out);
	else
		docker(p, image, call, out);
}

static bool is_refused(const char *inner)
{
	return strstr(inner, "connection refused") != NULL;
}

/* kubectl has a sentence of its own for it (StandardErrorMessage), with host
 * and port as in the URL. */
static void add_refused(const char *url, struct str *out)
{
	const char *host = strstr(url, "://");
	host = host ? host + strlen("://") : url;
	str_add(out, "The connection to the server ");
	str_add_len(out, host, strcspn(host, "/"));
	str_add(out, " was refused - did you specify the right host or port?");
}

void errtext_request(const struct profile *p, const char *url,
		     const char *inner, struct str *out)
{
	if (p->style == PROFILE_KUBECTL && is_refused(inner))
		add_refused(url, out);
	else if (p->style == PROFILE_KUBECTL)
		str_addf(out, "Unable to connect to the server: %s", inner);
	else
		str_addf(out, "Get \"%s\": %s", url, inner);
}
