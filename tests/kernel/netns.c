/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tests/kernel/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/kernel/script.h"
#include "tests/kernel/space.h"

#define ETHERTYPE_IP4 0x0800
#define WAIT_MS	      400     /* for a packet that should come */
#define PATIENT_MS    1500    /* the same, to make sure */
#define PATIENT_US    10000   /* from which patience on */
#define UP_MS	      2000    /* for links to come up */
#define BUFFER	      4000000 /* bytes of a socket */

/* A namespace that can be a node of its kind. */
struct netns_slot {
	enum plan_kind kind;
	bool taken;
	int space, seen, raw; /* descriptors; -1: none */
	struct {
		VEC(unsigned);
	} ports; /* numbers */
};

#define NO_BRIDGE SIZE_MAX

struct netns {
	const struct plan *plan; /* of the case */
	struct {
		VEC(struct netns_slot);
	} slots;
	struct {
		VEC(size_t);
	} slot_of; /* by node */
	struct {
		VEC(size_t);
	} bridge_of; /* by port number */
	size_t bridge_count;
	int fabric; /* the bridges' namespace */
};

/* How Linux is told to behave as the simulated routers do; each line is in the
 * README's table. */
static const struct {
	const char *name, *value;
} settings[] = {
	{"ipv6/conf/all/disable_ipv6", "1"},
	{"ipv6/conf/default/disable_ipv6", "1"},
	{"ipv4/conf/all/rp_filter", "0"},
	{"ipv4/conf/default/rp_filter", "0"},
	{"ipv4/conf/all/send_redirects", "0"},
	{"ipv4/conf/default/send_redirects", "0"},
	{"ipv4/conf/default/accept_local", "1"},
	{"ipv4/conf/all/arp_announce", "2"},
	{"ipv4/conf/all/arp_ignore", "1"},
	{"ipv4/conf/default/arp_ignore", "1"},
	{"ipv4/icmp_errors_use_inbound_ifaddr", "1"},
	{"ipv4/icmp_ratemask", "0"},
};

static const struct {
	const char *name, *value;
} tracking[] = {
	{"netfilter/nf_conntrack_tcp_be_liberal", "1"},
	{"netfilter/nf_conntrack_checksum", "0"},
};

static void configure(enum plan_kind kind)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		space_set(settings[i].name, settings[i].value);
	for (size_t i = 0; i < sizeof(tracking) / sizeof(tracking[0]); i++)
		space_set(tracking[i].name, tracking[i].value);
	space_set("ipv4/ip_forward", kind == PLAN_HOST ? "0" : "1");
}

static bool batch(const struct str *text, struct str *why)
{
	static const char *const argv[] = {"ip", "-batch", "-", NULL};
	return !text->len || space_exec(argv, text, why);
}

static int open_seen(void)
{
	int size = BUFFER, on = 1;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			htons(ETHERTYPE_IP4));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	return fd;
}

static size_t add_slot(struct netns *n, enum plan_kind kind, struct str *why)
{
	struct netns_slot s = {.kind = kind, .space = space_new(), .raw = -1};
	if (s.space < 0)
		str_addf(why, "no namespace: %s\n", strerror(errno));
	configure(kind);
	s.seen = open_seen();
	if (kind == PLAN_HOST)
		s.raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	struct str up = {0};
	str_add(&up, "link set lo up\n");
	batch(&up, why);
	str_fini(&up);
	VEC_ADD(&n->slots, s);
	return n->slots.count - 1;
}

static size_t take_slot(struct netns *n, enum plan_kind kind, struct str *why)
{
	size_t i = 0;
	while (i < n->slots.count &&
	       (n->slots.at[i].taken || n->slots.at[i].kind != kind))
		i++;
	if (i == n->slots.count)
		add_slot(n, kind, why);
	n->slots.at[i].taken = true;
	return i;
}

static void take_slots(struct netns *n, struct str *why)
{
	n->slot_of.count = 0;
	for (size_t i = 0; i < n->slots.count; i++)
		n->slots.at[i].taken = false;
	for (size_t i = 0; i < n->plan->nodes.count; i++)
		VEC_ADD(&n->slot_of,
			take_slot(n, n->plan->nodes.at[i].kind, why));
}

static struct netns_slot *slot_of(const struct netns *n, size_t node)
{
	return &n->slots.at[n->slot_of.at[node]];
}

/* Gives each place a port of its node; 'fabric' makes those that are missing. */
static void number_places(struct netns *n, struct plan *p, struct str *fabric)
{
	for (size_t node = 0; node < p->nodes.count; node++) {
		struct netns_slot *s = slot_of(n, node);
		size_t used = 0;
		for (size_t i = 0; i < p->places.count; i++) {
			if (p->places.at[i].node != node)
				continue;
			if (used == s->ports.count) {
				unsigned number = (unsigned)n->bridge_of.count;
				VEC_ADD(&n->bridge_of, NO_BRIDGE);
				VEC_ADD(&s->ports, number);
				script_port(number, s->space, fabric);
			}
			p->places.at[i].number = s->ports.at[used++];
		}
	}
}

/* Puts each port's other end into the bridge of its link, or none. */
static void plug(struct netns *n, const struct plan *p, struct str *fabric)
{
	for (; n->bridge_count < p->link_count; n->bridge_count++)
		str_addf(fabric,
			 "link add name b%zu type bridge stp_state 0 "
			 "forward_delay 0 mcast_snooping 0\n"
			 "link set b%zu up\n",
			 n->bridge_count, n->bridge_count);
	for (unsigned number = 0; number < n->bridge_of.count; number++) {
		size_t link = NO_BRIDGE;
		for (size_t i = 0; i < p->places.count; i++)
			if (p->places.at[i].number == number)
				link = p->places.at[i].link;
		if (link == n->bridge_of.at[number])
			continue;
		n->bridge_of.at[number] = link;
		if (link == NO_BRIDGE)
			str_addf(fabric, "link set c%u nomaster\n", number);
		else
			str_addf(fabric, "link set c%u master b%zu\n", number,
				 link);
	}
}

/* What is set by interface: uRPF; ARP asks three times as ever, but does not
 * wait a second each time. */
static void set_places(const struct plan *p, size_t node)
{
	char name[64];
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *at = &p->places.at[i];
		if (at->node != node)
			continue;
		snprintf(name, sizeof(name), "ipv4/conf/p%u/rp_filter",
			 at->number);
		space_set(name, at->strict ? "1" : "0");
		snprintf(name, sizeof(name), "ipv4/neigh/p%u/retrans_time_ms",
			 at->number);
		space_set(name, "20");
	}
	space_set("netfilter/nf_conntrack_tcp_loose",
		  script_is_stateful(p, node) ? "0" : "1");
}

static bool set_rules(const struct plan *p, size_t node, struct str *why)
{
	struct str text = {0};
	str_add(&text, "flush ruleset\n");
	script_rules(p, node, &text);
	bool ok = space_rules(&text, why);
	str_fini(&text);
	return ok;
}

/* Nothing of the case before may be left. */
static void flush(const struct netns_slot *s, struct str *out)
{
	for (size_t i = 0; i < s->ports.count; i++)
		str_addf(out,
			 "addr flush dev p%u\nneigh flush dev p%u nud all\n",
			 s->ports.at[i], s->ports.at[i]);
	str_add(out, "addr flush dev lo\nroute flush table main\n");
}

static void forget_connections(void)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
	} ask = {{sizeof(ask),
		  NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
		  NLM_F_REQUEST | NLM_F_ACK, 1, 0},
		 {.nfgen_family = AF_INET}};
	char answer[1024];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (send(fd, &ask, sizeof(ask), 0) > 0)
		(void)recv(fd, answer, sizeof(answer), 0);
	close(fd);
}

static bool set_up_node(struct netns *n, size_t node, struct str *why)
{
	struct netns_slot *s = slot_of(n, node);
	struct str text = {0};
	space_enter(s->space);
	flush(s, &text);
	script_node(n->plan, node, &text);
	set_places(n->plan, node);
	bool ok = batch(&text, why) && set_rules(n->plan, node, why);
	str_fini(&text);
	if (s->kind != PLAN_HOST)
		forget_connections();
	return ok;
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

/* Whether packets get through the interface: a carrier is not enough, the
 * kernel's link watch must have seen it. */
static bool is_up(unsigned index)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
	} ask = {{sizeof(ask), RTM_GETLINK, NLM_F_REQUEST, 1, 0},
		 {.ifi_index = (int)index}};
	uint8_t answer[8192];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	bool up = send(fd, &ask, sizeof(ask), 0) > 0 &&
		  recv(fd, answer, sizeof(answer), 0) > 0 &&
		  state_in(answer) == IF_OPER_UP;
	close(fd);
	return up;
}

static void wait_us(unsigned us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000L};
	nanosleep(&t, NULL);
}

static bool wait_for(unsigned index, struct str *why)
{
	for (unsigned ms = 0; !is_up(index); ms++) {
		if (ms == UP_MS) {
			str_add(why, "a link does not come up\n");
			return false;
		}
		wait_us(1000);
	}
	return true;
}

/* Both ends of each place's port. */
static bool wait_up(const struct netns *n, struct str *why)
{
	for (size_t i = 0; i < n->plan->places.count; i++) {
		const struct plan_place *at = &n->plan->places.at[i];
		space_enter(slot_of(n, at->node)->space);
		if (!wait_for(SCRIPT_NEAR + at->number, why))
			return false;
	}
	space_enter(n->fabric);
	for (size_t i = 0; i < n->plan->places.count; i++)
		if (!wait_for(SCRIPT_FAR + n->plan->places.at[i].number, why))
			return false;
	return true;
}

struct netns *netns_open(void)
{
	struct netns *n = MEM_NEW(struct netns);
	n->fabric = space_new();
	space_set("bridge/bridge-nf-call-iptables", "0");
	space_set("ipv6/conf/default/disable_ipv6", "1");
	return n;
}

bool netns_load(struct netns *n, struct plan *p, struct str *why)
{
	struct str fabric = {0};
	n->plan = p;
	take_slots(n, why);
	number_places(n, p, &fabric);
	plug(n, p, &fabric);
	space_enter(n->fabric);
	bool ok = batch(&fabric, why);
	str_fini(&fabric);
	for (size_t i = 0; ok && i < p->nodes.count; i++)
		ok = set_up_node(n, i, why);
	return ok && wait_up(n, why);
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void netns_close(struct netns *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->slots.count; i++) {
		close_one(n->slots.at[i].seen);
		close_one(n->slots.at[i].raw);
		close_one(n->slots.at[i].space);
		VEC_FREE(&n->slots.at[i].ports);
	}
	close_one(n->fabric);
	VEC_FREE(&n->slots);
	VEC_FREE(&n->slot_of);
	VEC_FREE(&n->bridge_of);
	mem_free(n);
	/* This thread holds the last one it entered. */
	close_one(space_new());
}

static void send_shot(struct netns *n, const struct shot *s,
		      const struct shot_bytes *of)
{
	uint8_t bytes[SHOT_ROOM];
	size_t size = shot_build(s, of, bytes);
	size_t node = plan_node_of(n->plan, s->host);
	if (!size || node == PLAN_NONE || slot_of(n, node)->raw < 0)
		return;
	struct sockaddr_in to = {.sin_family = AF_INET};
	memcpy(&to.sin_addr, bytes + 16, 4);
	/* No route is an outcome, too. */
	(void)sendto(slot_of(n, node)->raw, bytes, size, 0,
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
	uint8_t bytes[4096];
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	ssize_t size;
	while ((size = recvfrom(slot_of(n, node)->seen, bytes, sizeof(bytes), 0,
				(struct sockaddr *)&from, &len)) > 0) {
		size_t place = place_of(n, node, from.sll_ifindex);
		len = sizeof(from);
		if (part && from.sll_pkttype == PACKET_HOST &&
		    place != PLAN_NONE)
			log_add(part, place, bytes, (size_t)size);
	}
}

static void drain(struct netns *n, struct log_part *part)
{
	for (size_t i = 0; i < n->plan->nodes.count; i++)
		drain_node(n, i, part);
}

static void collect(struct netns *n, size_t expected, unsigned patience_us,
		    struct log_part *part)
{
	unsigned rounds = 4 * (patience_us < PATIENT_US ? WAIT_MS : PATIENT_MS);
	drain(n, part);
	for (unsigned i = 0; part->count < expected && i < rounds; i++) {
		wait_us(250);
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
		collect(n, expected->parts[i].count,
			last && patience_us < 2000 ? 2000 : patience_us,
			&out->parts[i]);
	}
}
