/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what both worlds saw, field by field. */
#ifndef JUDGE_H
#define JUDGE_H

#include "sim/wire/be.h"
#include "tests/kernel/differ.h"
#include "tests/kernel/log.h"

struct judge_port {
	uint8_t proto;
	ip4 addr, peer;
	uint16_t simulated, kernel, peer_port;
	enum differ ended; /* RESET or TIME: its session may be gone, in one
			    * world; DIFFER_COUNT: no */
};

struct judge {
	const struct plan *plan;
	unsigned long met[DIFFER_COUNT];
	bool stateful;		/* some node has conntrack */
	bool error_lost;	/* errors of this part may part ways */
	bool part_ttl;		/* nor anything of this part */
	bool parted;		/* the worlds, by a hash or a loop */
	bool astray;		/* they took edges that are alike */
	bool recut;		/* they cut a packet at other places */
	unsigned shots;		/* the greatest number of a packet */
	unsigned long compared; /* packets seen in both worlds */
	struct {
		VEC(struct judge_port);
	} ports;
	struct {
		VEC(ip4);
	} pool; /* addresses behind which ports are chosen */
	struct {
		VEC(unsigned);
	} lost; /* numbers of packets that have parted them */
};

void judge_init(struct judge *j, const struct plan *p);
void judge_fini(struct judge *j);
/* False, and the first mismatch in 'why', if the worlds differ. */
bool judge_logs(struct judge *j, const struct shot_list *shots,
		struct log *simulated, struct log *kernel, struct str *why);
/* What a part means to the sessions that have ports: RST, or seconds that only
 * the simulator's clock has waited. */
void judge_end_sessions(struct judge *j, const struct log_part *simulated);
/* One line for people. */
void judge_print(const struct shot_bytes *b, struct str *out);

/* For judge_log.c. Whether two packets differ, by more than the table allows;
 * the first field that does goes to 'why'. */
bool judge_differs(struct judge *j, const struct shot_bytes *s,
		   const struct shot_bytes *k, struct str *why);
/* An address behind which ports are chosen: of SNAT, or made of one. */
bool judge_is_pooled(const struct judge *j, ip4 a);
/* Two errors of one kind to one receiver that differ in what REFLEXIVE does to
 * the quoted packet, or in whom it hides. */
bool judge_unquoted(const struct judge *j, const struct shot_bytes *s,
		    const struct shot_bytes *k);

/* Two errors of one kind to a client on the side of the members of a virtual
 * server: the simulated one quotes the member, the kernel's the VIP. */
bool judge_past(const struct judge *j, const struct shot_bytes *s,
		const struct shot_bytes *k);

/* Fragment 'piece' of a packet that is whole in both worlds, in the kernel's at
 * 'place', but cut at other places, which a gateway with conntrack may have done:
 * it and its like are 'used' then. */
bool judge_pieces(struct judge *j, struct log_part *simulated,
		  const struct log_seen *piece, struct log_part *kernel,
		  size_t place);

/* 169.254.0.0/16 is between the parts of a gateway. */
static inline bool judge_is_backplane(ip4 a)
{
	return a.v >> 16 == 0xa9fe;
}

static inline ip4 judge_addr(const struct shot_bytes *b, size_t at)
{
	return addr_ip4(be_load32(b->at + at));
}

#endif
