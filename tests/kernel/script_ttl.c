/* SPDX-License-Identifier: Apache-2.0 */
/* One TTL for all parts of a gateway. */
#include "tests/kernel/script.h"

/* nftables sets a TTL to a number, not to one more: a rule for each. From above,
 * so that one only matches. */
void script_uncounted(const struct plan *p, size_t node, struct str *out)
{
	size_t place = plan_backplane_of(p, node);
	if (place == PLAN_NONE)
		return;
	str_add(out, "chain raise {\n");
	for (unsigned ttl = 254; ttl; ttl--)
		str_addf(out, "ip ttl %u ip ttl set %u\n", ttl, ttl + 1);
	str_addf(out,
		 "}\nchain uncounted {\ntype filter hook prerouting priority "
		 "-300;\niifname p%u jump raise\n}\n",
		 p->places.at[place].number);
}
