/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/netroute.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 512 /* bytes of a request */

/* A request while it is put together. */
struct request {
	uint8_t bytes[ROOM];
	size_t size;
};

#define HOP_SIZE (sizeof(struct rtnexthop) + RTA_LENGTH(sizeof(uint32_t)))

static_assert(sizeof(struct nlmsghdr) + sizeof(struct rtmsg) +
			      2 * RTA_SPACE(sizeof(uint32_t)) +
			      FIB_HOPS_MAX * HOP_SIZE <=
		      ROOM,
	      "every route fits");

/* All parts are multiples of NLMSG_ALIGNTO. */
static void put(struct request *q, const void *data, size_t size)
{
	memcpy(q->bytes + q->size, data, size);
	q->size += size;
}

static void put_head(struct request *q, unsigned short type, size_t size)
{
	struct rtattr a = {(unsigned short)RTA_LENGTH(size), type};
	put(q, &a, sizeof(a));
}

static void put_addr(struct request *q, unsigned short type, ip4 addr)
{
	uint32_t be = htonl(addr.v);
	put_head(q, type, sizeof(be));
	put(q, &be, sizeof(be));
}

static void put_hops(struct request *q, const struct rib_change *c)
{
	struct rtnexthop hop = {.rtnh_len = HOP_SIZE};
	if (c->hop_count == 1) {
		put_addr(q, RTA_GATEWAY, c->hops[0].gateway);
		return;
	}
	put_head(q, RTA_MULTIPATH, c->hop_count * HOP_SIZE);
	for (unsigned i = 0; i < c->hop_count; i++) {
		put(q, &hop, sizeof(hop));
		put_addr(q, RTA_GATEWAY, c->hops[i].gateway);
	}
}

static void write_request(struct request *q, const struct rib_change *c,
			  bool known)
{
	struct nlmsghdr head = {.nlmsg_type =
					c->gone ? RTM_DELROUTE : RTM_NEWROUTE,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK};
	struct rtmsg route = {.rtm_family = AF_INET,
			      .rtm_dst_len = c->prefix.len,
			      .rtm_table = RT_TABLE_MAIN,
			      .rtm_protocol = RTPROT_STATIC,
			      .rtm_scope = RT_SCOPE_UNIVERSE,
			      .rtm_type = c->hop_count ? RTN_UNICAST
						       : RTN_BLACKHOLE};
	if (!c->gone)
		head.nlmsg_flags |= NLM_F_CREATE | (known ? NLM_F_REPLACE : 0);
	q->size = sizeof(head);
	put(q, &route, sizeof(route));
	put_addr(q, RTA_DST, c->prefix.addr);
	if (c->hop_count)
		put_hops(q, c);
	head.nlmsg_len = (uint32_t)q->size;
	memcpy(q->bytes, &head, sizeof(head));
}

/* The kernel has answered when send() returns. */
static bool ask(int socket, const struct request *q)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		uint8_t quoted[ROOM];
	} answer;
	if (send(socket, q->bytes, q->size, 0) < 0)
		return false;
	ssize_t got = recv(socket, &answer, sizeof(answer), 0);
	if (got < 0)
		return false;
	errno = (size_t)got < sizeof(answer.head) + sizeof(answer.error) ||
				answer.head.nlmsg_type != NLMSG_ERROR
			? EPROTO
			: -answer.error.error;
	return !errno;
}

int netroute_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

/* The kernel has it already, or never had it: that will do. */
bool netroute_follow(int socket, const struct rib_change *c, bool known)
{
	struct request q;
	write_request(&q, c, known);
	return ask(socket, &q) || errno == (c->gone ? ESRCH : EEXIST);
}
