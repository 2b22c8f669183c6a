/* SPDX-License-Identifier: Apache-2.0 */
/* A cable between two ports: delay, rate and loss, the same in both
 * directions. Packets keep their order. */
#ifndef LINK_H
#define LINK_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/path/pkt.h"
#include "sim/world/nic.h"
#include "sim/world/vclock.h"

struct world;

struct link_conf {
	uint64_t delay_ns;
	uint64_t rate_bps; /* 0: no limit */
	uint32_t loss_ppm; /* of a million packets, by the world's chance */
	/* Bytes of an IP packet that still fit the tunnel that the link stands
	 * for; larger ones are lost in silence. 0: no limit. */
	uint32_t tunnel_mtu;
};

/* One direction: a cache line, which is all that arriving needs of a link. */
struct link_lane {
	_Alignas(PKT_LINE) struct vclock_timer timer;
	struct nic *to;
	struct pkt *head, *tail;
};

/* What sending needs is another line. */
struct link {
	_Alignas(PKT_LINE) struct world *world;
	struct link_conf conf;
	uint64_t free_at[2]; /* ns; when each sender's wire is free again */
	uint64_t wire_ns;    /* a frame of 'wire_len' bytes takes it */
	uint16_t wire_len;
	bool up;
	struct link_lane lanes[2]; /* lanes[i]: from ends[i] to ends[!i] */
	struct nic *ends[2];
};

static_assert(offsetof(struct link, lanes) == PKT_LINE &&
		      sizeof(struct link_lane) == PKT_LINE,
	      "a hop is three lines of links");

/* Connects two unattached ports; the world owns the link. A port may be
 * connected to itself (a loopback interface): pass it twice. */
struct link *link_new(struct world *w, struct nic *a, struct nic *b,
		      const struct link_conf *conf);
void link_free(struct link *l);
/* Takes 'p' from the port at 'end', to be received at the other one later. If
 * the link drops it the caller keeps it. */
enum drop link_carry(struct link *l, uint8_t end, struct pkt *p);
/* Whether it carries whatever it is given; then link_queue() is enough, which
 * takes 'p' for good. */
static inline bool link_is_sure(const struct link *l)
{
	return l->up && !(l->conf.loss_ppm | l->conf.tunnel_mtu);
}
void link_queue(struct link *l, uint8_t end, struct pkt *p);

#endif
