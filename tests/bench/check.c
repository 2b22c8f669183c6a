/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/chain.h"
#include "tests/bench/large.h"
#include "tests/bench/simnet.h"

#define SESSIONS  1000U
#define PACKETS	  50000U
#define NEW	  20000U
#define RULES	  1000U
#define DATAGRAMS 5000U
#define SEGMENTS  5000U
#define PART	  1000U /* a thousandth of the large network */

/* What a check works with; only its own member is used. */
union input {
	struct chain *chain;
	struct simnet *net;
	struct large large;
};

static uint32_t numbers[PACKETS];

static void number(uint32_t among)
{
	for (uint32_t i = 0; i < PACKETS; i++)
		numbers[i] = i % among;
}

static void chain_for(union input *in, uint32_t sessions, uint32_t rules)
{
	in->chain = chain_new(
		&(struct chain_conf){.sessions = sessions, .reflexive = rules});
	number(sessions);
}

static void old_flows(union input *in)
{
	chain_for(in, SESSIONS, 1);
	chain_send(in->chain, numbers, SESSIONS);
}

static void no_flows(union input *in)
{
	chain_for(in, NEW, 1);
}

static void rules(union input *in)
{
	chain_for(in, RULES, RULES);
}

static void send_all(union input *in)
{
	chain_send(in->chain, numbers, PACKETS);
}

static void send_new(union input *in)
{
	chain_send(in->chain, numbers, NEW);
}

static void send_egress(union input *in)
{
	struct chain *c = in->chain;
	for (size_t i = 0; i + BATCH_MAX <= PACKETS; i += BATCH_MAX) {
		chain_make_egress(c, numbers + i, BATCH_MAX);
		if (!chain_cross(c, &c->tier0))
			exit(1);
	}
}

static void line(union input *in)
{
	in->net = simnet_new(&(struct simnet_conf){.routers = 3,
						   .flows = 100,
						   .interval = 1000,
						   .delay_ns = 10000,
						   .rate_bps = 1000000000});
}

static void datagrams(union input *in)
{
	if (simnet_datagrams(in->net, DATAGRAMS) != DATAGRAMS)
		exit(1);
}

static void bulk(union input *in)
{
	if (simnet_bulk(in->net, SEGMENTS) != SEGMENTS)
		exit(1);
}

static void file(union input *in)
{
	in->large.part = PART;
	large_make(&in->large);
}

static void load(union input *in)
{
	large_print(in->large.path);
}

static const struct {
	const char *name;
	void (*prepare)(union input *in), (*work)(union input *in);
} checks[] = {
	{"forward", old_flows, send_all},  {"new_flows", no_flows, send_new},
	{"reflexive", rules, send_egress}, {"sim_chain", line, datagrams},
	{"tcp_bulk", line, bulk},	   {"load", file, load},
};

void check_count(void (*work)(union input *in), union input *in);

__attribute__((noinline)) void check_count(void (*work)(union input *in),
					   union input *in)
{
	work(in);
}

int check_run(const char *name)
{
	union input in;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (!name)
			puts(checks[i].name);
		if (!name || strcmp(name, checks[i].name) != 0)
			continue;
		checks[i].prepare(&in);
		check_count(checks[i].work, &in);
		return 0;
	}
	return name ? 2 : 0;
}
