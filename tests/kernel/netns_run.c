/* SPDX-License-Identifier: Apache-2.0 */
/* Sending, and what is seen then. */
#define _GNU_SOURCE
#include "tests/kernel/netns.h"

#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/kernel/netns_private.h"
#include "tests/kernel/script.h"

#define WAIT_MS	   100	 /* for a packet that should come after a timer */
#define PATIENT_MS 1500	 /* for any, to make sure */
#define PATIENT_US 10000 /* from which patience on */
#define YIELDS	   1000	 /* until the kernel's work is done */

static void wait_us(unsigned us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000L};
	nanosleep(&t, NULL);
}

static void send_shot(struct netns *n, const struct shot *s,
		      const struct shot_bytes *of)
{
	uint8_t bytes[SHOT_ROOM];
	size_t size = shot_build(s, of, bytes);
	size_t node = plan_node_of(n->plan, s->host);
	if (!size || node == PLAN_NONE || netns_slot_of(n, node)->raw < 0)
		return;
	struct sockaddr_in to = {.sin_family = AF_INET};
	memcpy(&to.sin_addr, bytes + 16, 4);
	/* No route is an outcome, too. */
	(void)sendto(netns_slot_of(n, node)->raw, bytes, size, 0,
		     (struct sockaddr *)&to, sizeof(to));
}

static size_t place_of(const struct netns *n, size_t node, int index)
{
	for (size_t i = 0; i < n->plan->places.count; i++)
		if (n->plan->places.at[i].node == node &&
		    (int)n->plan->places.at[i].number + SCRIPT_NEAR == index)
			return i;
	return PLAN_NONE;
}

/* 'part' NULL: away with it. */
static void drain_node(struct netns *n, size_t node, struct log_part *part)
{
	struct tap *tap = &netns_slot_of(n, node)->tap;
	struct tap_frame seen;
	while (tap_read(tap, &seen)) {
		size_t place = place_of(n, node, seen.port);
		if (part && place != PLAN_NONE)
			log_add(part, place, seen.ip, seen.size);
	}
}

static void drain(struct netns *n, struct log_part *part)
{
	for (size_t i = 0; i < n->plan->nodes.count; i++)
		drain_node(n, i, part);
}

/* Packets that the kernel has taken on this CPU, where we send, and not dealt
 * with. They are while sendto() lasts, but for those that it leaves to its
 * thread. */
static bool is_busy(const struct netns *n)
{
	unsigned v[15], cpu = (unsigned)sched_getcpu();
	char text[4096], *line = text;
	ssize_t size = pread(n->softnet, text, sizeof(text) - 1, 0);
	text[size > 0 ? size : 0] = '\0';
	for (; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%x %x %x %x %x %x %x %x %x %x %x %x %x %x %x",
			   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6],
			   &v[7], &v[8], &v[9], &v[10], &v[11], &v[12], &v[13],
			   &v[14]) == 15 &&
		    v[12] == cpu)
			return v[11] != 0;
	}
	return false;
}

/* All that one packet brings about. Where 'expected' has waited for ARP, so does
 * the kernel; where it has not, what did not come will not. */
static void collect(struct netns *n, const struct log_part *expected,
		    unsigned patience_us, struct log_part *part)
{
	bool patient = patience_us >= PATIENT_US;
	unsigned rounds = patient ? PATIENT_MS : expected->slow ? WAIT_MS : 0;
	drain(n, part);
	for (unsigned i = 0; i < YIELDS && is_busy(n); i++)
		sched_yield();
	drain(n, part);
	for (unsigned i = 0; part->count < expected->count && i < rounds; i++) {
		wait_us(1000);
		drain(n, part);
	}
	if (patience_us) {
		wait_us(patience_us);
		drain(n, part);
	}
}

void netns_run(struct netns *n, const struct shot_list *shots,
	       const struct log *expected, unsigned patience_us,
	       struct log *out)
{
	drain(n, NULL);
	for (size_t i = 0; i < shots->count; i++) {
		const struct shot *s = &shots->at[i];
		bool last = i + 1 == shots->count;
		send_shot(n, s, log_received(out, n->plan, shots, s));
		collect(n, &expected->parts[i],
			last && patience_us < 2000 ? 2000 : patience_us,
			&out->parts[i]);
	}
}
