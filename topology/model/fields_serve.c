/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts serve over HTTP: images, pages. */
#include "topology/model/fields.h"
#include "topology/model/model.h"

static const struct schema_field text_item = {.name = "text",
					      .kind = SCHEMA_TEXT};
static const struct schema_field size_item = {
	.name = "size", .kind = SCHEMA_UINT, .size = 8, .max = 1U << 30};

static const struct schema_field image_fields[] = {
	{.name = "tags",
	 .doc = "default: latest",
	 .kind = SCHEMA_LIST_OF,
	 .item = &text_item,
	 FIELDS_AT(struct model_image, tags)},
	{.name = "layers",
	 .doc = "sizes in bytes; default one of 760000",
	 .kind = SCHEMA_LIST_OF,
	 .item = &size_item,
	 FIELDS_AT(struct model_image, layers)},
	FIELDS_END};

static void image_finish(struct schema_reader *r, const struct tree_node *n,
			 void *record)
{
	struct model_image *i = record;
	(void)n;
	if (!i->tags.count) {
		i->tags.at = (const char **)arena_alloc(r->arena, 1,
							sizeof(const char *));
		i->tags.at[0] = "latest";
		i->tags.count = 1;
	}
	if (!i->layers.count) {
		i->layers.at = ARENA_NEW(r->arena, uint64_t);
		i->layers.at[0] = 760000; /* busybox's */
		i->layers.count = 1;
	}
}

static const struct schema_object image = {
	.name = "image",
	.doc = "A repository of images.",
	.size = sizeof(struct model_image),
	.fields = image_fields,
	.finish = image_finish,
};

static const struct schema_field registry_fields[] = {
	{.name = "port",
	 .doc = "default 443",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 1,
	 .max = 65535,
	 FIELDS_AT(struct model_registry, port)},
	{.name = "images",
	 .doc = "what it serves, by repository",
	 .kind = SCHEMA_MAP_OF,
	 .object = &image,
	 FIELDS_AT(struct model_registry, images)},
	{.name = "status",
	 .doc = "answer every request with this HTTP status (429, 503)",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 400,
	 .max = 599,
	 FIELDS_AT(struct model_registry, status)},
	{.name = "tls",
	 .doc = "its certificate; false: plain HTTP. Default: TLS unless port is 80",
	 .kind = SCHEMA_OBJECT,
	 .object = &fields_tls,
	 .present = offsetof(struct model_registry, tls.given),
	 FIELDS_AT(struct model_registry, tls)},
	FIELDS_END};

static void registry_defaults(void *record)
{
	struct model_registry *registry = record;
	registry->port = 443;
	fields_tls_defaults(&registry->tls);
}

static void registry_finish(struct schema_reader *r, const struct tree_node *n,
			    void *record)
{
	struct model_registry *registry = record;
	(void)r;
	(void)n;
	if (!registry->tls.given)
		registry->tls.on = registry->port != 80;
}

const struct schema_object fields_registry = {
	.name = "registry",
	.doc = "An image registry (OCI distribution).",
	.size = sizeof(struct model_registry),
	.fields = registry_fields,
	.defaults = registry_defaults,
	.finish = registry_finish,
};

static const struct schema_field http_fields[] = {
	{.name = "port",
	 .doc = "TCP port",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 1,
	 .max = 65535,
	 .required = true,
	 FIELDS_AT(struct model_http_server, port)},
	{.name = "status",
	 .doc = "HTTP status of every answer; default 200",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 200,
	 .max = 599,
	 FIELDS_AT(struct model_http_server, status)},
	{.name = "body",
	 .doc = "what it answers",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_http_server, body)},
	{.name = "tls",
	 .doc = "its certificate; false: plain HTTP. Default: TLS on ports that end in "
		"443",
	 .kind = SCHEMA_OBJECT,
	 .object = &fields_tls,
	 .present = offsetof(struct model_http_server, tls.given),
	 FIELDS_AT(struct model_http_server, tls)},
	FIELDS_END};

static void http_defaults(void *record)
{
	struct model_http_server *server = record;
	server->status = 200;
	fields_tls_defaults(&server->tls);
}

static void http_finish(struct schema_reader *r, const struct tree_node *n,
			void *record)
{
	struct model_http_server *server = record;
	(void)r;
	(void)n;
	if (!server->tls.given)
		server->tls.on = server->port % 1000 == 443;
}

const struct schema_object fields_http_server = {
	.name = "http_server",
	.doc = "A page: an API server, a user interface.",
	.size = sizeof(struct model_http_server),
	.fields = http_fields,
	.defaults = http_defaults,
	.finish = http_finish,
};
