/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/live_private.h"

#include "sim/table/drop.h"
#include "sim/world/world.h"

#define SECOND	   1e9
#define NS	   1000000000U
#define DROPS_MANY 100

static const char *place_of(const struct live *l, const struct live_drop *drop)
{
	return l->world->nodes.at[drop->node]->name;
}

static void print_packet(const struct note *n, struct str *out)
{
	char src[ADDR_ENDPOINT_SIZE], dst[ADDR_ENDPOINT_SIZE];
	str_addf(out, "%s > %s", addr_print_endpoint(n->src, n->sport, src),
		 addr_print_endpoint(n->dst, n->dport, dst));
}

static void say_first(struct live *l, const struct live_drop *drop)
{
	struct str line = {0};
	enum drop reason = (enum drop)drop->reason;
	str_addf(&line, "%.3f s  %s drops ", (double)drop->last.time / SECOND,
		 place_of(l, drop));
	print_packet(&drop->last, &line);
	str_addf(&line, "  %s: %s", drop_name(reason), drop_sentence(reason));
	l->say(l->say_context, str_text(&line));
	str_fini(&line);
}

/* The one of the same place, reason and destination; when there are many, any
 * destination will do. */
static struct live_drop *find_drop(struct live *l, const struct note *n)
{
	bool many = l->drops.count >= DROPS_MANY;
	for (size_t i = 0; i < l->drops.count; i++) {
		struct live_drop *drop = &l->drops.at[i];
		if (drop->node == n->node && drop->reason == n->reason &&
		    (many || addr_same(drop->last.dst, n->dst)))
			return drop;
	}
	return NULL;
}

static void on_note(void *context, const struct note *n)
{
	struct live *l = context;
	if (n->kind != NOTE_DROPPED)
		return;
	struct live_drop *drop = find_drop(l, n);
	if (drop) {
		drop->count++;
		drop->last = *n;
		return;
	}
	VEC_ADD(&l->drops, ((struct live_drop){n->node, n->reason, 1, *n}));
	if (l->say)
		say_first(l, VEC_LAST(&l->drops));
}

void live_watch_drops(struct live *l)
{
	l->drops_watch = (struct watch){.note = on_note, .context = l};
	world_watch(l->world, &l->drops_watch);
}

void live_sum_add(struct live_sum *s, size_t len, uint64_t now)
{
	uint64_t second = now / NS;
	s->frames++;
	s->bytes += len;
	s->in_second = second == s->second ? s->in_second + len : len;
	s->second = second;
	if (s->in_second > s->busiest)
		s->busiest = s->in_second;
}

static void print_sum(const struct live_sum *s, struct str *out)
{
	str_addf(out, "%10llu %12llu %9.3f", (unsigned long long)s->frames,
		 (unsigned long long)s->bytes, (double)s->busiest * 8 / 1e6);
}

static void print_port(const struct live_port *p, struct str *out)
{
	char name[40];
	str_addf(out, "  %-24s", nic_print(p->nic, name, sizeof(name)));
	print_sum(&p->in, out);
	str_add(out, "  ");
	print_sum(&p->out, out);
	if (p->foreign)
		str_addf(out, "  %llu neither IPv4 nor ARP",
			 (unsigned long long)p->foreign);
	if (p->refused)
		str_addf(out, "  %llu refused by the kernel",
			 (unsigned long long)p->refused);
	str_addc(out, '\n');
}

static void print_drops(const struct live *l, struct str *out)
{
	str_add(out, l->drops.count ? "dropped\n" : "dropped: none\n");
	for (size_t i = 0; i < l->drops.count; i++) {
		const struct live_drop *drop = &l->drops.at[i];
		str_addf(out, "  %-24s %-14s %8llu  last ", place_of(l, drop),
			 drop_name((enum drop)drop->reason),
			 (unsigned long long)drop->count);
		print_packet(&drop->last, out);
		str_addc(out, '\n');
	}
}

void live_print_stats(const struct live *l, struct str *out)
{
	str_addf(out, "after %.3f s\n", (double)world_now(l->world) / SECOND);
	str_addf(out, "  %-24s%10s %12s %9s  %10s %12s %9s\n", "", "frames in",
		 "bytes", "Mbit/s*", "frames out", "bytes", "Mbit/s*");
	for (size_t i = 0; i < l->ports.count; i++)
		print_port(l->ports.at[i], out);
	str_add(out, "* in the busiest second\nunder way: ");
	meter_print(&l->transit, out);
	str_add(out, "\nbehind real time: ");
	meter_print(&l->late, out);
	str_addc(out, '\n');
	print_drops(l, out);
}

void live_print_ports(const struct live *l, struct str *out)
{
	for (size_t i = 0; i < l->ports.count; i++) {
		const struct live_port *p = l->ports.at[i];
		char addr[ADDR_IP4_SIZE];
		str_addf(out, "%s %s %s/%u in %s\n", p->nic->node->name,
			 p->nic->name, addr_print_ip4(p->addr.addr, addr),
			 p->addr.len, p->host->space.name);
	}
}
