/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP server per host, with a service per port: an image registry as the
 * OCI distribution specification has it, or a page. Contents are made from
 * names: a digest here is 64 hex digits derived from what it names, not a hash
 * of bytes, and layers are bytes of no meaning of the configured size. */
#include "sim/host/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/arena.h"
#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/base/str.h"
#include "sim/host/conn.h"
#include "sim/host/stream.h"
#include "sim/wire/http.h"

#define DIGEST_SIZE   72 /* "sha256:" and 64 digits, and NUL */
#define CONFIG_SIZE   1500
#define MANIFEST_TYPE "application/vnd.docker.distribution.manifest.v2+json"

struct service {
	struct host *host;
	struct conn_listener listener;
	uint16_t port;
	struct arena arena;
	bool is_registry, has_tls;
	struct tls_server tls;
	struct registry_conf registry;
	struct registry_page page;
};

/* One connection: collects the request, answers it, closes. */
struct session {
	struct service *service;
	struct stream *stream;
	struct str request;
};

static void digest_of(const char *what, size_t part, char out[DIGEST_SIZE])
{
	uint64_t last = hash_mix64(hash_text(what) + (part << 32) + 1), h[4];
	for (int i = 0; i < 4; i++)
		h[i] = last = hash_mix64(last + 0x9e3779b97f4a7c15U);
	snprintf(out, DIGEST_SIZE,
		 "sha256:%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
		 h[0], h[1], h[2], h[3]);
}

static void head(struct str *out, unsigned status, const char *type, size_t len)
{
	str_addf(out,
		 "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		 "Docker-Distribution-Api-Version: registry/2.0\r\n"
		 "Connection: close\r\n",
		 status, http_status_text(status), type, len);
}

static void answer_text(struct session *s, unsigned status, const char *body)
{
	struct str out = {0};
	head(&out, status, "application/json", strlen(body));
	str_addf(&out, "\r\n%s", body);
	stream_send(s->stream, out.text, out.len);
	str_fini(&out);
}

static void manifest_of(const struct registry_image *image, struct str *out)
{
	char digest[DIGEST_SIZE];
	digest_of(image->repository, 0, digest);
	str_addf(out,
		 "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":"
		 "{\"size\":%d,\"digest\":\"%s\"},\"layers\":[",
		 MANIFEST_TYPE, CONFIG_SIZE, digest);
	for (size_t i = 0; i < image->layer_count; i++) {
		digest_of(image->repository, i + 1, digest);
		str_addf(out, "%s{\"size\":%" PRIu64 ",\"digest\":\"%s\"}",
			 i ? "," : "", image->layers[i], digest);
	}
	str_add(out, "]}");
}

static void answer_manifest(struct session *s,
			    const struct registry_image *image, bool head_only)
{
	char digest[DIGEST_SIZE];
	struct str out = {0}, body = {0};
	digest_of(image->repository, SIZE_MAX >> 33, digest);
	manifest_of(image, &body);
	head(&out, 200, MANIFEST_TYPE, body.len);
	str_addf(&out, "Docker-Content-Digest: %s\r\n\r\n%s", digest,
		 head_only ? "" : str_text(&body));
	stream_send(s->stream, out.text, out.len);
	str_fini(&out);
	str_fini(&body);
}

static void answer_bytes(struct session *s, uint64_t size)
{
	static const char filler[16384] = ""; /* a TLS record is full then */
	struct str out = {0};
	head(&out, 200, "application/octet-stream", size);
	str_add(&out, "\r\n");
	stream_send(s->stream, out.text, out.len);
	for (uint64_t left = size; left;) {
		size_t part = left < sizeof(filler) ? left : sizeof(filler);
		stream_send(s->stream, filler, part);
		left -= part;
	}
	str_fini(&out);
}

static bool has_tag(const struct registry_image *image, const char *tag)
{
	for (size_t i = 0; i < image->tag_count; i++)
		if (!strcmp(image->tags[i], tag))
			return true;
	return false;
}

/* The image whose repository 'target' (after "/v2/") begins with; '*rest'
 * points behind it. */
static const struct registry_image *image_of(const struct registry_conf *conf,
					     const char *target,
					     const char **rest)
{
	for (size_t i = 0; i < conf->image_count; i++) {
		size_t len = strlen(conf->images[i].repository);
		if (strncmp(target, conf->images[i].repository, len) != 0 ||
		    target[len] != '/')
			continue;
		*rest = target + len + 1;
		return &conf->images[i];
	}
	return NULL;
}

static void answer_blob(struct session *s, const struct registry_image *image,
			const char *digest)
{
	char known[DIGEST_SIZE];
	for (size_t i = 0; i <= image->layer_count; i++) {
		digest_of(image->repository, i, known);
		if (strcmp(known, digest) != 0)
			continue;
		answer_bytes(s, i ? image->layers[i - 1] : CONFIG_SIZE);
		return;
	}
	answer_text(s, 404, "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}");
}

static void answer_registry(struct session *s, const struct http_request *q)
{
	const struct registry_conf *conf = &s->service->registry;
	const char *rest;
	if (conf->status) {
		answer_text(s, conf->status, "{\"errors\":[]}");
		return;
	}
	if (!strcmp(q->target, "/v2/")) {
		answer_text(s, 200, "{}");
		return;
	}
	const struct registry_image *image =
		strncmp(q->target, "/v2/", 4) != 0
			? NULL
			: image_of(conf, q->target + 4, &rest);
	if (!image)
		answer_text(s, 404,
			    "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}");
	else if (!strncmp(rest, "blobs/", 6))
		answer_blob(s, image, rest + 6);
	else if (!strncmp(rest, "manifests/", 10) && has_tag(image, rest + 10))
		answer_manifest(s, image, !strcmp(q->method, "HEAD"));
	else
		answer_text(s, 404,
			    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}");
}

static void answer_page(struct session *s)
{
	const struct registry_page *page = &s->service->page;
	struct str out = {0};
	head(&out, page->status, "text/html", strlen(page->body));
	str_addf(&out, "\r\n%s", page->body);
	stream_send(s->stream, out.text, out.len);
	str_fini(&out);
}

static void end_session(struct session *s)
{
	stream_close(s->stream);
	str_fini(&s->request);
	mem_free(s);
}

static void on_received(void *context, const uint8_t *bytes, size_t len)
{
	struct session *s = context;
	struct http_request q;
	str_add_len(&s->request, (const char *)bytes, len);
	enum http_state state = http_read_request(
		(const uint8_t *)s->request.text, s->request.len, &q);
	if (state == HTTP_MORE)
		return;
	if (state == HTTP_BAD)
		answer_text(s, 400, "{}");
	else if (s->service->is_registry)
		answer_registry(s, &q);
	else
		answer_page(s);
	end_session(s);
}

static void on_finished(void *context)
{
	end_session(context);
}

static void on_failed(void *context, enum stack_error error)
{
	(void)error;
	end_session(context);
}

/* What Go's servers say, and nginx in other words: Server.serve in
 * net/http/server.go. */
static void on_tls_failed(void *context, const struct tls_fault *f)
{
	static const char words[] =
		"HTTP/1.0 400 Bad Request\r\n\r\n"
		"Client sent an HTTP request to an HTTPS server.\n";
	struct session *s = context;
	if (f->kind == TLS_FAULT_HTTP_REQUEST)
		stream_send(s->stream, words, sizeof(words) - 1);
	end_session(s);
}

static const struct stream_events events = {.received = on_received,
					    .finished = on_finished,
					    .failed = on_failed,
					    .tls_failed = on_tls_failed};

static void on_accepted(void *context, struct conn *c)
{
	struct session *s = MEM_NEW(struct session);
	struct service *service = context;
	s->service = service;
	s->stream = stream_accept(service->host, c,
				  service->has_tls ? &service->tls : NULL,
				  &events, s);
}

static void free_service(void *what)
{
	struct service *s = what;
	arena_fini(&s->arena);
	mem_free(s);
}

/* The service at 'port'; a new one listens. */
static struct service *service_at(struct host *h, uint16_t port)
{
	struct service *s = host_service(h, port);
	if (s) /* connections may look at what it had until now */
		return s;
	s = MEM_NEW(struct service);
	arena_init(&s->arena);
	s->host = h;
	s->port = port;
	s->listener.accepted = on_accepted;
	s->listener.context = s;
	conn_listen(h, port, &s->listener);
	host_add_service(h, port, s, free_service);
	return s;
}

static const char *const *copy_texts(struct arena *a, const char *const *texts,
				     size_t count)
{
	const char **copy =
		(const char **)arena_alloc(a, count, sizeof(const char *));
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_text(a, texts[i]);
	return copy;
}

static void set_tls(struct service *s, const struct tls_server *tls)
{
	s->has_tls = tls;
	if (!tls)
		return;
	ip4 *addresses = ARENA_ARRAY(&s->arena, tls->address_count, ip4);
	for (size_t i = 0; i < tls->address_count; i++)
		addresses[i] = tls->addresses[i];
	s->tls = *tls;
	s->tls.names = copy_texts(&s->arena, tls->names, tls->name_count);
	s->tls.addresses = addresses;
	s->tls.issuer = arena_text(&s->arena, tls->issuer);
}

void registry_serve(struct host *h, const struct registry_conf *conf)
{
	struct service *s = service_at(h, conf->port);
	struct registry_image *images = ARENA_ARRAY(
		&s->arena, conf->image_count, struct registry_image);
	for (size_t i = 0; i < conf->image_count; i++) {
		const struct registry_image *from = &conf->images[i];
		uint64_t *layers =
			ARENA_ARRAY(&s->arena, from->layer_count, uint64_t);
		for (size_t j = 0; j < from->layer_count; j++)
			layers[j] = from->layers[j];
		images[i] = *from;
		images[i].repository = arena_text(&s->arena, from->repository);
		images[i].tags =
			copy_texts(&s->arena, from->tags, from->tag_count);
		images[i].layers = layers;
	}
	s->is_registry = true;
	s->registry = *conf;
	s->registry.images = images;
	set_tls(s, conf->tls);
}

void registry_serve_page(struct host *h, const struct registry_page *page)
{
	struct service *s = service_at(h, page->port);
	s->is_registry = false;
	s->page = *page;
	s->page.body = arena_text(&s->arena, page->body ? page->body : "");
	set_tls(s, page->tls);
}
