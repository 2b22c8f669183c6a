/* SPDX-License-Identifier: Apache-2.0 */
/* A list: few paths are narrow, and it is looked at once for each connection. */
#include "sim/host/pathmtu.h"

#include "sim/world/vclock.h"

#define KEPT_NS (600 * VCLOCK_S)

static bool is_old(const struct pathmtu_path *p, uint64_t now)
{
	return now >= p->until;
}

uint16_t pathmtu_to(const struct pathmtu *m, ip4 peer, uint64_t now)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->at[i].peer.v == peer.v && !is_old(&m->at[i], now))
			return m->at[i].mtu;
	return 0;
}

/* The entry of 'peer', or one that nobody needs any more. */
static struct pathmtu_path *place_for(struct pathmtu *m, ip4 peer, uint64_t now)
{
	struct pathmtu_path *unused = NULL;
	for (size_t i = 0; i < m->count; i++) {
		if (m->at[i].peer.v == peer.v)
			return &m->at[i];
		if (is_old(&m->at[i], now))
			unused = &m->at[i];
	}
	if (unused)
		return unused;
	VEC_ADD(m, (struct pathmtu_path){.peer = peer});
	return VEC_LAST(m);
}

void pathmtu_learn(struct pathmtu *m, ip4 peer, uint16_t mtu, uint64_t now)
{
	uint16_t known = pathmtu_to(m, peer, now);
	if (mtu < PATHMTU_MIN || (known && mtu > known))
		return;
	*place_for(m, peer, now) = (struct pathmtu_path){
		.peer = peer, .mtu = mtu, .until = now + KEPT_NS};
}

void pathmtu_fini(struct pathmtu *m)
{
	VEC_FREE(m);
}
