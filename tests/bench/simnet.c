/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/simnet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/conn.h"
#include "sim/host/host.h"
#include "sim/host/stack.h"

#define PACKETS	   4096
#define UDP_PORT   9
#define TCP_PORT   5001
#define DATAGRAM   18
#define SEGMENT	   1460
#define CHUNK	   (128 * SEGMENT)
#define LEFT	   254 /* last byte of a node's address on the net before it */
#define RIGHT	   1   /* and on the net behind it */
#define POD_NET	   0x0af40000 /* 10.244.0.0/24: client and Tier-1 */
#define UPLINK_NET 0x0a1b3300 /* 10.27.51.0/24: Tier-0 and what follows */
#define EGRESS	   addr_ip4(0x1e000005) /* 30.0.0.5 */
#define UPLINK	   addr_ip4(UPLINK_NET + RIGHT)

struct simnet {
	struct simnet_conf conf;
	struct world *world;
	struct host *client, *server;
	struct stack_udp *sockets, sink;
	uint32_t turn;
	uint64_t left, received;
	struct vclock_timer timer;
	struct conn *conn;
	struct conn_listener listener;
	bool done;
};

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* The net between nodes 'i' and 'i' + 1; node 0 is the client. */
static uint32_t net_at(unsigned i)
{
	static const uint32_t first[] = {POD_NET, 0x64400000, UPLINK_NET};
	return i < 3 ? first[i] : 0xac100000 + (i << 8);
}

static struct nic *add_port(struct router *r, uint32_t addr, bool uplink)
{
	struct router_port_conf c = {.name = "eth",
				     .addr = {addr_ip4(addr), 24},
				     .uplink = uplink,
				     .urpf_strict = uplink};
	return router_add_port(r, &c);
}

static struct rib_route route(uint32_t net, uint8_t len, uint32_t gateway,
			      uint16_t port)
{
	return (struct rib_route){.prefix = {addr_ip4(net), len},
				  .kind = gateway ? RIB_STATIC : RIB_CONNECTED,
				  .distance = gateway ? 1 : 0,
				  .via = addr_ip4(gateway),
				  .gateway = addr_ip4(gateway),
				  .port = port};
}

/* Of a host, whose port 0 is its loopback interface. */
static void configure_host(struct host *h, uint32_t net, uint32_t gateway)
{
	struct rib_route routes[] = {route(net, 24, 0, 1),
				     route(0, 0, gateway, 1)};
	struct router_tables t = {.routes = routes, .route_count = 2};
	struct host_conf conf = {0};
	router_set_tables(host_router(h), &t);
	host_configure(h, &conf);
}

/* What Tier-0 and the routers from the second outside on need to know; others
 * are connected to it. */
static struct rib_route way_back(unsigned i, uint32_t gateway)
{
	return i == 2 ? route(EGRESS.v, 32, gateway, 0)
		      : route(UPLINK_NET, 24, gateway, 0);
}

/* Router 'i' (from 1): 1 is Tier-1, 2 is Tier-0. */
static void configure_router(struct router *r, unsigned i)
{
	uint32_t left = net_at(i - 1), right = net_at(i);
	struct rib_route routes[] = {
		route(left, 24, 0, 0),
		route(right, 24, 0, 1),
		route(0, 0, right + LEFT, 1),
		way_back(i, left + RIGHT),
	};
	struct nat_rule rule = {
		.action = i == 1 ? NAT_SNAT : NAT_REFLEXIVE,
		.enabled = true,
		.ref = 1,
		.source = {1, {{addr_ip4(POD_NET), 24}}},
		.translated = {1, {{EGRESS, 32}}},
	};
	if (i == 2) {
		rule.source = (struct nat_prefixes){1, {{EGRESS, 32}}};
		rule.translated = (struct nat_prefixes){1, {{UPLINK, 32}}};
	}
	struct router_loopback lo = {EGRESS, false};
	struct router_tables t = {.routes = routes,
				  .route_count = i == 1 || i == 3 ? 3 : 4,
				  .nat_rules = &rule,
				  .nat_rule_count = i <= 2,
				  .loopbacks = &lo,
				  .loopback_count = i == 1,
				  .forwards = true,
				  .icmp_ttl = true,
				  .icmp_frag_needed = true,
				  .icmp_errors = true};
	router_set_tables(r, &t);
}

static void on_datagram(void *context, const struct stack_from *from,
			const uint8_t *bytes, size_t len)
{
	struct simnet *n = context;
	(void)from;
	(void)bytes;
	n->received += len == DATAGRAM;
}

static void on_bytes(void *context, const uint8_t *bytes, size_t len)
{
	struct simnet *n = context;
	(void)bytes;
	n->received += len;
}

static const struct conn_events server_events = {.received = on_bytes};

static void on_accepted(void *context, struct conn *c)
{
	conn_set_events(c, &server_events, context);
}

/* The application that sends: a datagram from the next socket, and again. */
static void on_turn(void *context)
{
	static const uint8_t payload[DATAGRAM];
	struct simnet *n = context;
	struct vclock *clock = &n->world->clock;
	stack_udp_send(&n->sockets[n->turn], payload, DATAGRAM);
	n->turn = n->turn + 1 == n->conf.flows ? 0 : n->turn + 1;
	if (--n->left)
		vclock_set(clock, &n->timer, clock->now + n->conf.interval);
}

static void open_sockets(struct simnet *n)
{
	ip4 server = addr_ip4(net_at(n->conf.routers) + LEFT);
	n->sink = (struct stack_udp){
		.port = UDP_PORT, .receive = on_datagram, .context = n};
	stack_udp_open(host_stack(n->server), &n->sink);
	n->sockets = mem_new(n->conf.flows, sizeof(*n->sockets));
	for (uint32_t i = 0; i < n->conf.flows; i++) {
		n->sockets[i] = (struct stack_udp){
			.peer = server,
			.peer_port = UDP_PORT,
			.flow = world_flow(n->world),
		};
		if (!stack_udp_open(host_stack(n->client), &n->sockets[i]))
			die("the client has no route");
	}
	n->timer.fire = on_turn;
	n->timer.context = n;
	n->listener.accepted = on_accepted;
	n->listener.context = n;
	conn_listen(n->server, TCP_PORT, &n->listener);
}

struct simnet *simnet_new(const struct simnet_conf *conf)
{
	struct simnet *n = MEM_NEW(struct simnet);
	struct link_conf link = {.delay_ns = conf->delay_ns,
				 .rate_bps = conf->rate_bps};
	n->conf = *conf;
	n->world = world_new(1, PACKETS);
	n->client = host_new(n->world, "client", "client");
	struct nic *last =
		add_port(host_router(n->client), POD_NET + RIGHT, false);
	configure_host(n->client, POD_NET, POD_NET + LEFT);
	for (unsigned i = 1; i <= conf->routers; i++) {
		char name[16];
		snprintf(name, sizeof(name), "r%u", i);
		struct router *r = router_new(n->world, name, name);
		link_new(n->world, last,
			 add_port(r, net_at(i - 1) + LEFT, false), &link);
		last = add_port(r, net_at(i) + RIGHT, i <= 2);
		configure_router(r, i);
	}
	uint32_t net = net_at(conf->routers);
	n->server = host_new(n->world, "server", "server");
	link_new(n->world, last,
		 add_port(host_router(n->server), net + LEFT, false), &link);
	configure_host(n->server, net, net + RIGHT);
	open_sockets(n);
	return n;
}

void simnet_free(struct simnet *n)
{
	if (n->conn) {
		conn_set_events(n->conn, NULL, NULL);
		conn_abort(n->conn);
	}
	for (uint32_t i = 0; i < n->conf.flows; i++)
		stack_udp_close(&n->sockets[i]);
	stack_udp_close(&n->sink);
	world_free(n->world);
	mem_free(n->sockets);
	mem_free(n);
}

static void fill(struct simnet *n)
{
	static const uint8_t bytes[CHUNK];
	uint64_t part = n->left < CHUNK ? n->left : CHUNK;
	conn_send(n->conn, bytes, part);
	n->left -= part;
}

static void on_connected(void *context)
{
	fill(context);
}

/* The application that sends: always some more than fits the window. */
static void on_sent(void *context, size_t left)
{
	struct simnet *n = context;
	if (left < CHUNK && n->left)
		fill(n);
	n->done = !left && !n->left;
}

static void on_failed(void *context, enum stack_error error)
{
	(void)context;
	die(stack_error_text(error));
}

static const struct conn_events client_events = {
	.connected = on_connected, .sent = on_sent, .failed = on_failed};

uint64_t simnet_bulk(struct simnet *n, uint64_t count)
{
	ip4 server = addr_ip4(net_at(n->conf.routers) + LEFT);
	enum stack_error error;
	uint64_t before = n->received;
	n->left = count * SEGMENT;
	n->done = false;
	if (n->conn) {
		fill(n);
	} else {
		n->conn = conn_connect(n->client, server, TCP_PORT, 0, &error);
		if (!n->conn)
			die(stack_error_text(error));
		conn_set_events(n->conn, &client_events, n);
	}
	world_run_while(n->world, &n->done, VCLOCK_NEVER);
	return (n->received - before) / SEGMENT;
}

struct world *simnet_world(const struct simnet *n)
{
	return n->world;
}

uint64_t simnet_datagrams(struct simnet *n, uint64_t count)
{
	uint64_t before = n->received;
	n->left = count;
	vclock_set(&n->world->clock, &n->timer, 0);
	world_run_until(n->world, VCLOCK_NEVER);
	return n->received - before;
}
