/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* ppoll */
#include "tools/live/live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "sim/wire/eth.h"
#include "tools/live/live_private.h"
#include "tools/live/wallclock.h"

/* No frame is taken in while fewer slots are free: what is under way must be
 * able to go on, also where a segment copies it to all its ports. */
#define SLOTS_RESERVED 1024

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* They come while the loop waits and at no other time. */
static void hold_signals(struct live *l)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t held;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	stopped = 0;
	sigprocmask(SIG_BLOCK, &held, &l->signals_before);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

struct live *live_new(struct net *n,
		      void (*say)(void *context, const char *line),
		      void *context)
{
	struct live *l = MEM_NEW(struct live);
	l->net = n;
	l->world = net_world(n);
	l->entered = mem_new(LIVE_UNDER_WAY, sizeof(*l->entered));
	l->say = say;
	l->say_context = context;
	live_watch_drops(l);
	hold_signals(l);
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* ns; default 50 us */
	l->started = wallclock_now();
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	live_hosts_fini(l);
	world_unwatch(l->world, &l->drops_watch);
	sigprocmask(SIG_SETMASK, &l->signals_before, NULL);
	VEC_FREE(&l->drops);
	mem_free(l->entered);
	mem_free(l);
}

static void give_out(struct live_port *port, const struct pkt *p)
{
	struct live *l = port->live;
	const struct live_entry *e = &l->entered[p->id % LIVE_UNDER_WAY];
	uint64_t now = wallclock_now();
	if (write(port->fd, p->data, p->len) != p->len) {
		port->refused++;
		return;
	}
	live_sum_add(&port->out, p->len, now - l->started);
	meter_add(&l->late, now - l->started - world_now(l->world));
	if (e->id == p->id)
		meter_add(&l->transit, now - e->at);
}

void live_on_frames(void *context, struct nic *n, struct batch *b)
{
	struct live_port *port = context;
	for (size_t i = 0; i < b->count; i++) {
		give_out(port, b->at[i]);
		world_free_pkt(n->node->world, b->at[i]);
	}
}

/* IPv4 and ARP are all that a simulated segment knows. */
static bool is_known(const struct pkt *p)
{
	return p->len >= ETH_SIZE && (eth_type(p->data) == ETH_TYPE_IP4 ||
				      eth_type(p->data) == ETH_TYPE_ARP);
}

/* Traces are free of ARP, as where the simulator makes it. */
static void take_in(struct live_port *port, struct pkt *p)
{
	struct live *l = port->live;
	uint64_t now = wallclock_now();
	live_sum_add(&port->in, p->len, now - l->started);
	if (!is_known(p)) {
		port->foreign++;
		world_free_pkt(l->world, p);
		return;
	}
	if (eth_type(p->data) == ETH_TYPE_ARP)
		p->marked = false;
	l->entered[p->id % LIVE_UNDER_WAY] = (struct live_entry){p->id, now};
	nic_put(port->nic, p);
}

static void drain(struct live_port *port)
{
	struct world *w = port->live->world;
	for (int i = 0; i < BATCH_MAX; i++) {
		if (world_free_pkts(w) < SLOTS_RESERVED)
			return;
		struct pkt *p = world_take_pkt(w);
		ssize_t len = read(port->fd, p->data, PKT_ROOM);
		if (len <= 0) {
			world_free_pkt(w, p);
			return;
		}
		p->len = (uint16_t)len;
		take_in(port, p);
	}
}

/* Somebody has removed the device; there is nothing to wait for. */
static void lose(struct live_port *port)
{
	struct live *l = port->live;
	struct str line = {0};
	str_addf(&line, "%.3f s  %s:%s is gone from namespace '%s'",
		 (double)world_now(l->world) / VCLOCK_S, port->nic->node->name,
		 port->nic->name, port->host->space.name);
	if (l->say)
		l->say(l->say_context, str_text(&line));
	str_fini(&line);
	close(port->fd);
	port->fd = -1;
}

static bool advance(struct live *l)
{
	return world_run_until(l->world, wallclock_now() - l->started);
}

static struct timespec time_left(const struct live *l)
{
	uint64_t next = vclock_next(&l->world->clock);
	uint64_t now = wallclock_now() - l->started;
	uint64_t left = next == VCLOCK_NEVER ? VCLOCK_S * 3600
			: next > now	     ? next - now
					     : 0;
	return (struct timespec){(time_t)(left / VCLOCK_S),
				 (long)(left % VCLOCK_S)};
}

/* False if the system does not let us. */
static bool wait(struct live *l, struct pollfd *fds, int input)
{
	bool room = world_free_pkts(l->world) >= SLOTS_RESERVED;
	size_t count = l->ports.count;
	struct timespec left = time_left(l);
	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){l->ports.at[i]->fd, room ? POLLIN : 0,
					 0};
	fds[count] = (struct pollfd){input, POLLIN, 0};
	if (ppoll(fds, count + 1, &left, &l->signals_before) >= 0)
		return true;
	for (size_t i = 0; i <= count; i++)
		fds[i].revents = 0;
	return errno == EINTR;
}

enum live_end live_run(struct live *l, int input)
{
	size_t count = l->ports.count;
	struct pollfd fds[LIVE_PORTS_MAX + 1];
	while (!stopped) {
		if (!advance(l))
			return LIVE_LIMIT;
		if (!wait(l, fds, input))
			return LIVE_BROKEN;
		if (!advance(l))
			return LIVE_LIMIT;
		for (size_t i = 0; i < count; i++)
			if (fds[i].revents & POLLERR)
				lose(l->ports.at[i]);
			else if (fds[i].revents & POLLIN)
				drain(l->ports.at[i]);
		if (fds[count].revents)
			return LIVE_INPUT;
	}
	return LIVE_SIGNAL;
}
