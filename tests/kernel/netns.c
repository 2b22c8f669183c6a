/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, ports, and what a case needs in them. */
#define _GNU_SOURCE
#include "tests/kernel/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/kernel/netns_private.h"
#include "tests/kernel/rtnl.h"
#include "tests/kernel/script.h"
#include "tests/kernel/space.h"

#define ETHERTYPE_IP4 0x0800
#define UP_MS	      2000    /* for links to come up */
#define BUFFER	      4000000 /* bytes of a socket */

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
	{"ipv4/ipfrag_time", "1"},
};

static const struct {
	const char *name, *value;
} tracking[] = {
	{"netfilter/nf_conntrack_tcp_be_liberal", "1"},
	{"netfilter/nf_conntrack_checksum", "0"},
};

/* By port: ARP asks once and waits for the shortest time that the kernel has. */
static const struct {
	const char *name, *value;
} asking[] = {
	{"mcast_solicit", "1"},
	{"retrans_time_ms", "10"},
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

static void add_slot(struct netns *n, enum plan_kind kind, const char *key,
		     struct str *why)
{
	struct netns_slot s = {.kind = kind, .space = space_new(), .raw = -1};
	if (s.space < 0)
		str_addf(why, "no namespace: %s\n", strerror(errno));
	snprintf(s.key, sizeof(s.key), "%s", key);
	configure(kind);
	tap_open(&s.tap);
	s.route = rtnl_open();
	s.track =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	s.rules = space_rules_new();
	if (kind == PLAN_HOST)
		s.raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	rtnl_run(s.route, "link set lo up\n", why);
	VEC_ADD(&n->slots, s);
}

/* A gateway or router is known by its name, a host by its first segment and its
 * number there: so the next case finds most of them where they have to be. */
static void key_of(const struct plan *p, size_t node, char out[NETNS_KEY])
{
	const struct plan_node *at = &p->nodes.at[node];
	const struct model_host *h;
	unsigned before = 0;
	if (at->kind != PLAN_HOST) {
		snprintf(out, NETNS_KEY, "%d %s", at->kind, at->name);
		return;
	}
	h = script_host(p, node);
	for (size_t i = 0; i < at->index; i++)
		before +=
			p->model->hosts.at[i].interfaces.at[0].segment.index ==
			h->interfaces.at[0].segment.index;
	snprintf(out, NETNS_KEY, "%d %s %u", at->kind,
		 h->interfaces.at[0].segment.name, before);
}

static void take_slots(struct netns *n, struct str *why)
{
	n->slot_of.count = 0;
	for (size_t i = 0; i < n->slots.count; i++)
		n->slots.at[i].taken = false;
	for (size_t node = 0; node < n->plan->nodes.count; node++) {
		char key[NETNS_KEY];
		size_t i = 0;
		key_of(n->plan, node, key);
		while (i < n->slots.count && (n->slots.at[i].taken ||
					      strcmp(n->slots.at[i].key, key)))
			i++;
		if (i == n->slots.count)
			add_slot(n, n->plan->nodes.at[node].kind, key, why);
		n->slots.at[i].taken = true;
		VEC_ADD(&n->slot_of, i);
	}
}

static size_t bridge_of(struct netns *n, const char *key, struct str *fabric)
{
	struct netns_bridge b;
	for (size_t i = 0; i < n->bridges.count; i++)
		if (!strcmp(n->bridges.at[i].key, key))
			return i;
	snprintf(b.key, sizeof(b.key), "%s", key);
	VEC_ADD(&n->bridges, b);
	str_addf(fabric,
		 "link add name b%zu type bridge stp_state 0 forward_delay 0 "
		 "mcast_snooping 0\nlink set b%zu up\n",
		 n->bridges.count - 1, n->bridges.count - 1);
	return n->bridges.count - 1;
}

/* The port of 's' that is plugged into bridge 'b' and not taken yet; made if
 * there is none. */
static unsigned port_of(struct netns *n, struct netns_slot *s, size_t b,
			struct str *fabric)
{
	struct netns_port port = {.number = n->port_count, .bridge = b};
	for (size_t i = 0; i < s->ports.count; i++)
		if (s->ports.at[i].bridge == b && !s->ports.at[i].taken) {
			s->ports.at[i].taken = true;
			return s->ports.at[i].number;
		}
	port.taken = true;
	VEC_ADD(&s->ports, port);
	script_port(port.number, s->space, fabric);
	str_addf(fabric, "link set c%u master b%zu\n", port.number, b);
	return n->port_count++;
}

/* Gives each place a port of its node; 'fabric' makes those that are missing. */
static void number_places(struct netns *n, struct plan *p, struct str *fabric)
{
	char key[NETNS_KEY];
	for (size_t i = 0; i < n->slots.count; i++)
		for (size_t j = 0; j < n->slots.at[i].ports.count; j++)
			n->slots.at[i].ports.at[j].taken = false;
	for (size_t i = 0; i < p->places.count; i++) {
		struct plan_place *at = &p->places.at[i];
		plan_link_name(p, at->link, key, sizeof(key));
		at->number = port_of(n, netns_slot_of(n, at->node),
				     bridge_of(n, key, fabric), fabric);
	}
}

static struct netns_port *port_at(struct netns *n, const struct plan_place *at)
{
	struct netns_slot *s = netns_slot_of(n, at->node);
	size_t i = 0;
	while (s->ports.at[i].number != at->number)
		i++;
	return &s->ports.at[i];
}

static void set_port(struct netns_port *port, bool strict)
{
	char name[64];
	for (size_t i = 0; !port->known && i < 2; i++) {
		snprintf(name, sizeof(name), "ipv4/neigh/p%u/%s", port->number,
			 asking[i].name);
		space_set(name, asking[i].value);
	}
	snprintf(name, sizeof(name), "ipv4/conf/p%u/rp_filter", port->number);
	if (!port->known || port->strict != strict)
		space_set(name, strict ? "1" : "0");
	port->known = true;
	port->strict = strict;
}

/* What is set by interface. */
static void set_places(struct netns *n, size_t node)
{
	for (size_t i = 0; i < n->plan->places.count; i++) {
		const struct plan_place *at = &n->plan->places.at[i];
		if (at->node == node)
			set_port(port_at(n, at), at->strict);
	}
}

static bool set_rules(struct netns *n, size_t node, struct str *why)
{
	struct netns_slot *s = netns_slot_of(n, node);
	struct str text = {0};
	str_add(&text, "flush ruleset\n");
	script_rules(n->plan, node, &text);
	/* Rules that count begin anew. */
	bool ok = s->told && !strcmp(s->told, str_text(&text)) &&
		  !strstr(s->told, "numgen");
	if (!ok) {
		bool tracked = s->told && strstr(s->told, "notrack");
		mem_free(s->told);
		ok = space_rules(s->rules, &text, why);
		if (tracked && !strstr(str_text(&text), "notrack"))
			space_settle();
		s->told = str_take(&text);
	}
	str_fini(&text);
	return ok;
}

static void forget_connections(const struct netns_slot *s)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
	} ask = {{sizeof(ask),
		  NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
		  NLM_F_REQUEST | NLM_F_ACK, 1, 0},
		 {.nfgen_family = AF_INET}};
	char answer[1024];
	if (send(s->track, &ask, sizeof(ask), 0) > 0)
		(void)recv(s->track, answer, sizeof(answer), 0);
}

static bool set_up_node(struct netns *n, size_t node, struct str *why)
{
	struct netns_slot *s = netns_slot_of(n, node);
	struct str text = {0};
	space_enter(s->space);
	set_places(n, node);
	space_set("netfilter/nf_conntrack_tcp_loose",
		  script_is_stateful(n->plan, node) ||
				  script_has_servers(n->plan, node)
			  ? "0"
			  : "1");
	script_node(n->plan, node, &text);
	bool ok = rtnl_run(s->route, str_text(&text), why) &&
		  set_rules(n, node, why);
	str_fini(&text);
	return ok;
}

/* Nothing of the case before may be left. */
static void clear(struct netns *n)
{
	for (size_t i = 0; i < n->slots.count; i++) {
		struct netns_slot *s = &n->slots.at[i];
		if (s->used) {
			rtnl_clear(s->route);
			if (s->kind != PLAN_HOST)
				forget_connections(s);
		}
		s->used = s->taken;
	}
}

static void wait_us(unsigned us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000L};
	nanosleep(&t, NULL);
}

static bool wait_for(int fd, unsigned index, struct str *why)
{
	for (unsigned ms = 0; !rtnl_is_up(fd, index); ms++) {
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
		if (!wait_for(netns_slot_of(n, at->node)->route,
			      SCRIPT_NEAR + at->number, why) ||
		    !wait_for(n->route, SCRIPT_FAR + at->number, why))
			return false;
	}
	return true;
}

struct netns *netns_open(void)
{
	struct netns *n = MEM_NEW(struct netns);
	n->fabric = space_new();
	n->route = rtnl_open();
	n->softnet = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC);
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
	space_enter(n->fabric);
	bool grown = fabric.len > 0;
	bool ok = batch(&fabric, why);
	str_fini(&fabric);
	clear(n);
	for (size_t i = 0; ok && i < p->nodes.count; i++)
		ok = set_up_node(n, i, why);
	return ok && (!grown || wait_up(n, why));
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void close_slot(struct netns_slot *s)
{
	space_rules_free(s->rules);
	tap_close(&s->tap);
	close_one(s->raw);
	close_one(s->route);
	close_one(s->track);
	close_one(s->space);
	mem_free(s->told);
	VEC_FREE(&s->ports);
}

void netns_close(struct netns *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->slots.count; i++)
		close_slot(&n->slots.at[i]);
	close_one(n->route);
	close_one(n->softnet);
	close_one(n->fabric);
	VEC_FREE(&n->slots);
	VEC_FREE(&n->slot_of);
	VEC_FREE(&n->bridges);
	mem_free(n);
	/* This thread holds the last one it entered. */
	close_one(space_new());
}
