/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/model.h"

#include "sim/base/mem.h"
#include "topology/lang/tree.h"
#include "topology/model/fields.h"
#include "topology/model/sanity.h"

const struct schema_object *model_schema(void)
{
	return &fields_root;
}

struct model *model_read(const struct tree *t, struct diag *d)
{
	size_t errors = d->error_count;
	struct model *m = MEM_NEW(struct model);
	arena_init(&m->arena);
	m->owners = 1;
	struct schema_reader r = {&m->arena, d, ""};
	schema_read(&r, &fields_root, t->root, m);
	/* Names are resolved even then: one run tells as much as it can. */
	sanity_resolve(m, d);
	if (d->error_count == errors)
		sanity_check(m, d);
	if (d->error_count == errors)
		return m;
	model_free(m);
	return NULL;
}

bool model_has_proxy_arp(const struct model *m, const struct model_tier0 *g)
{
	return g->ha_mode == MODEL_ACTIVE_STANDBY || m->nsx_major > 3 ||
	       (m->nsx_major == 3 && m->nsx_minor >= 2);
}

void model_hold(struct model *m)
{
	m->owners++;
}

void model_free(struct model *m)
{
	if (!m || --m->owners)
		return;
	arena_fini(&m->arena);
	mem_free(m);
}
