/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/outcome.h"

#include "sim/base/mem.h"

const struct net_ref *outcome_ref(const struct outcome *o, uint32_t ref)
{
	static const struct net_ref none = {
		.kind = NET_REF_NONE, .path = "", .name = "", .text = ""};
	return ref && ref <= o->ref_count ? &o->refs[ref - 1] : &none;
}

void outcome_free(struct outcome *o)
{
	if (!o)
		return;
	trace_fini(&o->trace);
	arena_fini(&o->arena);
	mem_free(o);
}
