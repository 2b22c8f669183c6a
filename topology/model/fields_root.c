/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/fields.h"
#include "topology/model/model.h"

static void read_version(struct schema_reader *r, const struct tree_node *n,
			 void *record)
{
	struct model *m = record;
	const char *p = n->kind == TREE_SCALAR ? n->text : "";
	if (p[0] >= '1' && p[0] <= '9' && p[1] == '.' && p[2] >= '0' &&
	    p[2] <= '9' && !p[3]) {
		m->nsx_major = (uint16_t)(p[0] - '0');
		m->nsx_minor = (uint16_t)(p[2] - '0');
		return;
	}
	schema_wrong(r, n, "an NSX version",
		     "versions are written \"3.0\" or \"3.2\"");
}

#define MAP(field, what, type)                                                 \
	{                                                                      \
		.name = #field, .doc = what, .kind = SCHEMA_MAP_OF,            \
		.object = &(type), .offset = offsetof(struct model, field)     \
	}

static const struct schema_field root_fields[] = {
	{.name = "title",
	 .doc = "what this network is",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model, title)},
	{.name = "nsx_version",
	 .doc = "whose behaviour counts where versions differ; default 3.0",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_version,
	 .form = "\"type\": [\"string\", \"number\"]"},
	{.name = "underlay_mtu",
	 .doc = "of the network between transport nodes, which carries packets "
		"between the parts of gateways with 50 bytes of Geneve around "
		"them; too large ones are lost in silence. Default: no limit",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 600,
	 .max = 9216,
	 FIELDS_AT(struct model, underlay_mtu)},
	MAP(edge_clusters, "edge clusters by name", fields_edge_cluster),
	MAP(tier0s, "Tier-0 gateways by name", fields_tier0),
	MAP(tier1s, "Tier-1 gateways by name", fields_tier1),
	MAP(segments, "networks by name", fields_segment),
	MAP(lb_pools, "load balancer pools by name", fields_lb_pool),
	MAP(lb_virtual_servers, "virtual servers by name",
	    fields_lb_virtual_server),
	MAP(routers, "routers outside NSX by name", fields_router),
	MAP(hosts, "endpoints by name", fields_host),
	MAP(workloads, "pods whose images are pulled, by name",
	    fields_workload),
	FIELDS_END};

static void root_defaults(void *record)
{
	struct model *m = record;
	m->nsx_major = 3;
}

const struct schema_object fields_root = {
	.name = "topology",
	.doc = "A network of Tier-0 and Tier-1 gateways, and what is around "
	       "it.",
	.size = sizeof(struct model),
	.fields = root_fields,
	.defaults = root_defaults,
};
