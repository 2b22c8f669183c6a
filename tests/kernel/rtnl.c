/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/rtnl.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/addr.h"
#include "tests/kernel/script.h"

#define BATCH 60000 /* bytes at once */
#define LINE  1024
#define LO    1 /* index of lo */

/* Messages that go to the kernel in one call; each has the number of its line. */
struct batch {
	int fd;
	size_t size, last; /* bytes; where the last message starts */
	uint32_t number;
	char at[BATCH];
};

int rtnl_open(void)
{
	int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return fd;
}

static void begin(struct batch *b, uint16_t type, uint16_t flags,
		  const void *body, size_t size)
{
	struct nlmsghdr head = {.nlmsg_type = type,
				.nlmsg_flags = NLM_F_REQUEST | flags,
				.nlmsg_seq = b->number};
	b->last = b->size;
	head.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(size));
	memset(b->at + b->size, 0, head.nlmsg_len);
	memcpy(b->at + b->size, &head, sizeof(head));
	memcpy(b->at + b->size + NLMSG_HDRLEN, body, size);
	b->size += head.nlmsg_len;
}

/* The last message is as long as the batch. */
static void lengthen(struct batch *b)
{
	uint32_t len = (uint32_t)(b->size - b->last);
	memcpy(b->at + b->last, &len, sizeof(len));
}

static void attach(struct batch *b, uint16_t type, const void *value,
		   size_t size)
{
	struct rtattr a = {(uint16_t)RTA_LENGTH(size), type};
	memset(b->at + b->size, 0, RTA_SPACE(size));
	memcpy(b->at + b->size, &a, sizeof(a));
	memcpy(b->at + b->size + RTA_LENGTH(0), value, size);
	b->size += RTA_SPACE(size);
	lengthen(b);
}

static void attach_addr(struct batch *b, uint16_t type, ip4 a)
{
	uint32_t be = htonl(a.v);
	attach(b, type, &be, sizeof(be));
}

static void attach_u32(struct batch *b, uint16_t type, unsigned value)
{
	uint32_t v = value;
	attach(b, type, &v, sizeof(v));
}

static unsigned index_of(const char *device)
{
	return !strcmp(device, "lo")
		       ? LO
		       : SCRIPT_NEAR + (unsigned)strtoul(device + 1, NULL, 10);
}

/* "192.0.2.1/24"; without a length, 32. */
static bool read_prefix(const char *word, ip4 *addr, uint8_t *len)
{
	char text[ADDR_PREFIX_SIZE];
	snprintf(text, sizeof(text), "%s", word);
	char *slash = strchr(text, '/');
	*len = slash ? (uint8_t)atoi(slash + 1) : 32;
	if (slash)
		*slash = '\0';
	return addr_parse_ip4(text, addr);
}

/* The word after 'key', NULL if there is none. 'words' ends with NULL. */
static const char *value_of(char *const *words, const char *key)
{
	for (; *words && words[1]; words++)
		if (!strcmp(*words, key))
			return words[1];
	return NULL;
}

static bool add_addr(struct batch *b, char *const *words)
{
	struct ifaddrmsg m = {.ifa_family = AF_INET};
	const char *device = value_of(words, "dev");
	ip4 a;
	if (!device || !read_prefix(words[2], &a, &m.ifa_prefixlen))
		return false;
	m.ifa_index = index_of(device);
	begin(b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &m, sizeof(m));
	attach_addr(b, IFA_LOCAL, a);
	attach_addr(b, IFA_ADDRESS, a);
	return true;
}

/* Next hops of a route that has several. */
static bool attach_hops(struct batch *b, char *const *words)
{
	char hops[LINE];
	size_t size = 0;
	for (; *words; words++) {
		struct rtnexthop hop = {.rtnh_len =
						sizeof(hop) + RTA_LENGTH(4)};
		struct rtattr via = {RTA_LENGTH(4), RTA_GATEWAY};
		ip4 a;
		if (strcmp(*words, "nexthop") != 0)
			continue;
		if (!words[1] || !words[2] || !addr_parse_ip4(words[2], &a) ||
		    size + hop.rtnh_len > sizeof(hops))
			return false;
		uint32_t be = htonl(a.v);
		memcpy(hops + size, &hop, sizeof(hop));
		memcpy(hops + size + sizeof(hop), &via, sizeof(via));
		memcpy(hops + size + sizeof(hop) + sizeof(via), &be, 4);
		size += hop.rtnh_len;
	}
	attach(b, RTA_MULTIPATH, hops, size);
	return true;
}

static bool add_route(struct batch *b, char *const *words)
{
	struct rtmsg m = {.rtm_family = AF_INET,
			  .rtm_table = RT_TABLE_MAIN,
			  .rtm_protocol = RTPROT_STATIC,
			  .rtm_type = RTN_UNICAST};
	const char *via = value_of(words, "via"),
		   *device = value_of(words, "dev"),
		   *metric = value_of(words, "metric"),
		   *hops = value_of(words, "nexthop");
	ip4 to = {0}, hop;
	if (strcmp(words[2], "default") != 0 &&
	    !read_prefix(words[2], &to, &m.rtm_dst_len))
		return false;
	if (!metric || (via && !addr_parse_ip4(via, &hop)))
		return false;
	m.rtm_scope = via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	begin(b, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, &m, sizeof(m));
	if (m.rtm_dst_len)
		attach_addr(b, RTA_DST, to);
	if (hops && !attach_hops(b, words))
		return false;
	if (via && !hops)
		attach_addr(b, RTA_GATEWAY, hop);
	if (device)
		attach_u32(b, RTA_OIF, index_of(device));
	attach_u32(b, RTA_PRIORITY, (unsigned)strtoul(metric, NULL, 10));
	return true;
}

static bool add_neighbour(struct batch *b, char *const *words)
{
	struct ndmsg m = {.ndm_family = AF_INET, .ndm_state = NUD_PERMANENT};
	const char *device = value_of(words, "dev"),
		   *lladdr = value_of(words, "lladdr");
	unsigned x[6];
	uint8_t bytes[6];
	ip4 a;
	if (!device || !lladdr || !addr_parse_ip4(words[2], &a) ||
	    sscanf(lladdr, "%x:%x:%x:%x:%x:%x", &x[0], &x[1], &x[2], &x[3],
		   &x[4], &x[5]) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		bytes[i] = (uint8_t)x[i];
	m.ndm_ifindex = (int)index_of(device);
	begin(b, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &m, sizeof(m));
	attach_addr(b, NDA_DST, a);
	attach(b, NDA_LLADDR, bytes, sizeof(bytes));
	return true;
}

static bool set_link(struct batch *b, char *const *words)
{
	const char *mtu = value_of(words, "mtu");
	struct ifinfomsg m = {.ifi_index = (int)index_of(words[2]),
			      .ifi_flags = IFF_UP,
			      .ifi_change = IFF_UP};
	begin(b, RTM_NEWLINK, 0, &m, sizeof(m));
	if (mtu)
		attach_u32(b, IFLA_MTU, (unsigned)strtoul(mtu, NULL, 10));
	return true;
}

static bool add_line(struct batch *b, char *line)
{
	static const struct {
		const char *object, *verb;
		bool (*add)(struct batch *b, char *const *words);
	} known[] = {{"addr", "add", add_addr},
		     {"addr", "replace", add_addr},
		     {"route", "append", add_route},
		     {"neigh", "replace", add_neighbour},
		     {"link", "set", set_link}};
	char *words[64] = {NULL}, *rest = NULL;
	size_t count = 0;
	for (char *w = strtok_r(line, " ", &rest); w && count < 63;
	     w = strtok_r(NULL, " ", &rest))
		words[count++] = w;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (count > 3 && !strcmp(known[i].object, words[0]) &&
		    !strcmp(known[i].verb, words[1]))
			return known[i].add(b, words);
	return false;
}

/* The text of line 'number', from 1. */
static void add_text(const char *lines, uint32_t number, struct str *out)
{
	while (--number && (lines = strchr(lines, '\n')))
		lines++;
	if (lines)
		str_add_len(out, lines, strcspn(lines, "\n"));
}

/* Sends what is there and reads errors until the last message is acknowledged.
 * 'lines' NULL: errors are nobody's business. */
static bool flush(struct batch *b, const char *lines, struct str *why)
{
	char answer[8192];
	bool ok = true, last = !b->size;
	struct nlmsghdr head;
	if (last)
		return true;
	memcpy(&head, b->at + b->last, sizeof(head));
	head.nlmsg_flags |= NLM_F_ACK;
	memcpy(b->at + b->last, &head, sizeof(head));
	ok = send(b->fd, b->at, b->size, 0) == (ssize_t)b->size;
	b->size = 0;
	while (ok && !last) {
		ssize_t n = recv(b->fd, answer, sizeof(answer), 0);
		struct nlmsgerr e;
		memcpy(&e, answer + NLMSG_HDRLEN, sizeof(e));
		last = n <= 0 || e.msg.nlmsg_seq == head.nlmsg_seq;
		if (n > 0 && (!e.error || !lines))
			continue;
		ok = false;
		str_addf(why, "%s: ", strerror(-e.error));
		add_text(lines, e.msg.nlmsg_seq, why);
		str_add(why, "\n");
	}
	return ok;
}

bool rtnl_run(int fd, const char *lines, struct str *why)
{
	static struct batch b;
	bool ok = true;
	b.fd = fd;
	b.size = 0;
	b.number = 0;
	for (const char *at = lines; ok && *at;) {
		char line[LINE];
		size_t len = strcspn(at, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		b.number++;
		at += len + (at[len] == '\n');
		if (len >= sizeof(line) || !add_line(&b, line)) {
			str_addf(why, "not understood: %.*s\n", (int)len,
				 at - len);
			return false;
		}
		if (b.size > BATCH - 2 * LINE)
			ok = flush(&b, lines, why);
	}
	return ok && flush(&b, lines, why);
}

/* Asks for all of a kind and tells the kernel to delete each; what it added
 * itself goes with what it belongs to. */
static void clear(int fd, uint16_t get, const void *body, size_t size)
{
	static struct batch ask, undo;
	char block[32768];
	bool done = false;
	ask.fd = undo.fd = fd;
	ask.size = undo.size = 0;
	ask.number = 1;
	begin(&ask, get, NLM_F_DUMP, body, size);
	if (send(fd, ask.at, ask.size, 0) < 0)
		return;
	while (!done) {
		ssize_t n = recv(fd, block, sizeof(block), 0);
		if (n <= 0)
			return;
		for (size_t at = 0; at + NLMSG_HDRLEN <= (size_t)n;) {
			struct nlmsghdr head;
			memcpy(&head, block + at, sizeof(head));
			done |= head.nlmsg_type == NLMSG_DONE ||
				head.nlmsg_type == NLMSG_ERROR;
			if (!done && undo.size + head.nlmsg_len < BATCH) {
				undo.last = undo.size;
				memcpy(undo.at + undo.size, block + at,
				       head.nlmsg_len);
				head.nlmsg_type++; /* NEW to DEL */
				head.nlmsg_flags = NLM_F_REQUEST;
				head.nlmsg_seq = ++undo.number;
				memcpy(undo.at + undo.size, &head,
				       sizeof(head));
				undo.size += NLMSG_ALIGN(head.nlmsg_len);
			}
			at += NLMSG_ALIGN(head.nlmsg_len);
		}
	}
	flush(&undo, NULL, NULL);
}

void rtnl_clear(int fd)
{
	const struct ifaddrmsg addresses = {.ifa_family = AF_INET};
	const struct rtmsg routes = {.rtm_family = AF_INET,
				     .rtm_table = RT_TABLE_MAIN};
	const struct ndmsg neighbours = {.ndm_family = AF_INET};
	clear(fd, RTM_GETADDR, &addresses, sizeof(addresses));
	clear(fd, RTM_GETROUTE, &routes, sizeof(routes));
	clear(fd, RTM_GETNEIGH, &neighbours, sizeof(neighbours));
}

/* The state of a link in an answer to RTM_GETLINK, -1: not told. */
static int state_in(const uint8_t *answer)
{
	struct nlmsghdr head;
	struct rtattr a;
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct ifinfomsg));
	memcpy(&head, answer, sizeof(head));
	if (head.nlmsg_type != RTM_NEWLINK)
		return -1;
	for (; at + sizeof(a) <= head.nlmsg_len; at += RTA_ALIGN(a.rta_len)) {
		memcpy(&a, answer + at, sizeof(a));
		if (a.rta_type == IFLA_OPERSTATE)
			return answer[at + sizeof(a)];
	}
	return -1;
}

bool rtnl_is_up(int fd, unsigned index)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
	} ask = {{sizeof(ask), RTM_GETLINK, NLM_F_REQUEST, 1, 0},
		 {.ifi_index = (int)index}};
	uint8_t answer[8192];
	return send(fd, &ask, sizeof(ask), 0) > 0 &&
	       recv(fd, answer, sizeof(answer), 0) > 0 &&
	       state_in(answer) == IF_OPER_UP;
}
