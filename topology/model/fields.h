/* SPDX-License-Identifier: Apache-2.0 */
/* The schema tables of the topology file, one object per kind of record. */
#ifndef FIELDS_H
#define FIELDS_H

#include "topology/lang/schema.h"
#include "topology/model/model.h"

extern const struct schema_object fields_root;	   /* struct model */
extern const struct schema_object fields_route;	   /* struct model_route */
extern const struct schema_object fields_nat_rule; /* struct model_nat_rule */
extern const struct schema_object fields_acl_rule;
extern const struct schema_object fields_interface;
extern const struct schema_object fields_tier0, fields_tier1, fields_segment;
extern const struct schema_object fields_lb_pool, fields_lb_virtual_server;
extern const struct schema_object fields_router, fields_host, fields_workload;
extern const struct schema_object fields_edge_cluster;
extern const struct schema_object fields_registry, fields_http_server;
extern const struct schema_object fields_tls; /* struct model_tls */
void fields_tls_defaults(struct model_tls *t);
/* Reads a host's clock_offset. */
schema_custom_fn fields_tls_clock;

/* UINT fields and the like, written short. */
#define FIELDS_AT(type, member) .offset = offsetof(type, member)
#define FIELDS_END                                                             \
	{                                                                      \
		.name = NULL                                                   \
	}

#endif
