/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/tap.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME  2048U
#define FRAMES 512U
#define BLOCK  (64U * FRAME)
#define HEAD                                                                   \
	((sizeof(struct tpacket_hdr) + 15) / TPACKET_ALIGNMENT *               \
	 TPACKET_ALIGNMENT)

static uint8_t *frame_at(const struct tap *t, unsigned number)
{
	return t->ring + (size_t)(number % FRAMES) * FRAME;
}

/* The kernel's until it says otherwise. */
static _Atomic unsigned long *status_of(uint8_t *frame)
{
	return (_Atomic unsigned long *)(void *)&(
		       (struct tpacket_hdr *)(void *)frame)
		->tp_status;
}

static void give_back(struct tap *t)
{
	atomic_store(status_of(frame_at(t, t->next)), TP_STATUS_KERNEL);
	t->next++;
	t->read = false;
}

void tap_open(struct tap *t)
{
	int on = 1;
	struct tpacket_req ring = {.tp_block_size = BLOCK,
				   .tp_block_nr = FRAMES * FRAME / BLOCK,
				   .tp_frame_size = FRAME,
				   .tp_frame_nr = FRAMES};
	void *at = MAP_FAILED;
	*t = (struct tap){
		.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
	/* With a protocol it would begin before there is a ring. */
	struct sockaddr_ll all = {.sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL)};
	setsockopt(t->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	if (!setsockopt(t->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)))
		at = mmap(NULL, (size_t)FRAMES * FRAME, PROT_READ | PROT_WRITE,
			  MAP_SHARED, t->fd, 0);
	t->ring = at == MAP_FAILED ? NULL : at;
	if (t->ring && !bind(t->fd, (const struct sockaddr *)&all, sizeof(all)))
		return;
	tap_close(t);
}

void tap_close(struct tap *t)
{
	if (t->ring)
		munmap(t->ring, (size_t)FRAMES * FRAME);
	if (t->fd >= 0)
		close(t->fd);
	*t = (struct tap){.fd = -1};
}

/* False if it is not there yet. */
static bool look_at(const struct tap *t, struct tap_frame *out, bool *wanted)
{
	uint8_t *frame = frame_at(t, t->next);
	const struct tpacket_hdr *h = (void *)frame;
	const struct sockaddr_ll *from = (void *)(frame + HEAD);
	if (!(atomic_load(status_of(frame)) & TP_STATUS_USER))
		return false;
	*out = (struct tap_frame){from->sll_ifindex, frame + h->tp_net,
				  h->tp_snaplen};
	*wanted = from->sll_pkttype == PACKET_HOST &&
		  from->sll_protocol == htons(ETH_P_IP);
	return true;
}

bool tap_read(struct tap *t, struct tap_frame *out)
{
	if (!t->ring)
		return false;
	if (t->read)
		give_back(t);
	while (look_at(t, out, &t->read)) {
		if (t->read)
			return true;
		give_back(t);
	}
	return false;
}
