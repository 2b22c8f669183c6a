/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario file as read: which network, what is done in it and when, and what
 * the trace must show.
 *
 * script_load; script_free. Paths of topologies are relative to the scenario
 * file. All strings live in the script's arena. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/lang/pattern.h"
#include "sim/base/addr.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/table/drop.h"
#include "topology/lang/schema.h"
#include "topology/lang/tree.h"

enum script_verb {
	SCRIPT_PULL,	/* pull: {workload, image, ...} */
	SCRIPT_REQUEST, /* request: {from, url, ...}: HTTP */
	SCRIPT_CONNECT, /* connect: {from, to, port}: TCP */
	SCRIPT_PING,	/* ping: {from, to} */
	SCRIPT_LOOKUP,	/* lookup: {from, name} */
	SCRIPT_SEND,	/* send: {from, to, port}: one UDP datagram */
	SCRIPT_CHANGE,	/* change: a merge patch of the topology */
	SCRIPT_WAIT,	/* wait: 10s */
};

#define SCRIPT_VERB_COUNT (SCRIPT_WAIT + 1)

struct script_step {
	enum script_verb verb;
	struct diag_place at;
	const char *workload, *image, *profile; /* pull; profile: override */
	const char *from;			/* host or workload */
	const char *to, *url, *name;		/* host ids, addresses, names */
	struct diag_place workload_at, profile_at, from_at, to_at;
	uint16_t port, sport;
	uint64_t duration; /* wait; pull: "for": kubelet goes on that long */
	unsigned attempts; /* pull: stop after so many; default 1 */
	uint64_t timeout;  /* probes; 0: the usual one */
	uint16_t size;	   /* ping: bytes of data */
	bool fragment;	   /* ping: it may be cut on its way */
	bool background;   /* the next step starts at once */
	const struct tree_node *change;
	const char *note; /* a sentence shown with the step; may be NULL */
};

enum script_nat {
	SCRIPT_NAT_SNAT,
	SCRIPT_NAT_DNAT,
	SCRIPT_NAT_REFLEXIVE,
	SCRIPT_NAT_LB,
	SCRIPT_NAT_NONE, /* "NO_NAT": crossed the uplink untranslated */
};

enum script_claim {
	SCRIPT_RESULT, /* result: {ok, text, after, within} */
	SCRIPT_EVENT,  /* event: {type, reason, message, count} */
	SCRIPT_NO_EVENT,
	SCRIPT_EVENTS,	/* events: [{type, reason, from, message, count}, ..]:
			* exactly these rows, in the order of the table */
	SCRIPT_DROP,	/* drop: {at, reason, packet, count} */
	SCRIPT_NO_DROP, /* no_drop: true, or {at, reason, packet} */
	SCRIPT_HOP,	/* hop: {packet, at, nat, rule, src, dst} */
	SCRIPT_SEEN,	/* seen: {at, packet, src, dst, count} */
	SCRIPT_SESSION, /* session: {at, rule, state, src, dst, count,
			 * translated_src, translated_dst} */
	SCRIPT_ROUTE,	/* route: {at, prefix, kind, via} */
	SCRIPT_NO_ROUTE,
};

#define SCRIPT_CLAIM_COUNT (SCRIPT_NO_ROUTE + 1)

/* A row of the event table. What is NULL is not asked. */
struct script_row {
	const char *type, *reason, *from, *message; /* globs */
	unsigned count; /* 0: not asked; rows of "events": default 1 */
};

/* One thing to be proved. What is NULL or absent is not asked. */
struct script_expect {
	enum script_claim claim;
	struct diag_place at_place; /* of the claim in the file */
	size_t step;		    /* from 1 */
	bool has_ok, ok;
	const char *text; /* glob */
	bool has_after;
	uint64_t after, within; /* ns: took 'after', give or take 'within'
				 * (default 100 ms) */
	struct script_row event;
	const struct script_row *rows; /* events */
	size_t row_count;
	const char *at; /* node or gateway name */
	struct diag_place at_at;
	bool has_reason;
	enum drop reason;
	const char *packet;	/* "74.125.133.82:443 > 30.0.0.16 SYN-ACK":
			      * endpoints (port may be left out, * is any)
			      * and kind, each part optional */
	struct pattern pattern; /* the same, read */
	bool has_nat;
	enum script_nat nat;
	const char *rule;      /* its id, or its path in the topology */
	const char *src, *dst; /* "addr", "addr:port" or "*" */
	const char *translated_src, *translated_dst; /* session: as it leaves */
	struct pattern_end src_end, dst_end;	     /* the same, read */
	struct pattern_end translated_src_end, translated_dst_end;
	const char *state, *kind; /* of a session; of a route: "t1n" */
	struct addr_prefix prefix;
	bool has_via;
	ip4 via;
	bool has_count;
	uint64_t count;
};

/* What a build may lack. */
enum script_need { SCRIPT_NEED_TLS = 1 };

struct script {
	struct arena arena;
	const char *path;
	const char *title, *description;
	const char *topology; /* path, resolved */
	struct tree *tree;    /* of the scenario file, owned */
	struct tree *base;    /* topology with the scenario's change, owned */
	struct script_step *steps;
	size_t step_count;
	struct script_expect *expects;
	size_t expect_count;
	uint64_t seed;	/* "seed:" in the file; default 1 */
	unsigned needs; /* "needs:", enum script_need, or-ed */
};

/* As files have it: "SNAT" .. "NO_NAT". */
const char *script_nat_name(enum script_nat nat);
/* "pull", "request" .. */
const char *script_verb_name(enum script_verb verb);

/* What a scenario file may hold, for schema_print(). */
const struct schema_object *script_schema(void);

/* NULL on errors, all reported to 'd'. */
struct script *script_load(const char *path, struct diag *d);
/* The same from memory, called 'name' in messages; the topology's path is then
 * relative to the working directory unless 'name' has a folder. */
struct script *script_parse(const char *name, const char *text, size_t len,
			    struct diag *d);
/* One more change of the topology, before the first step: a merge patch as
 * YAML. False after reporting. */
bool script_change(struct script *s, const char *text, struct diag *d);
void script_free(struct script *s);

#endif
