/* SPDX-License-Identifier: Apache-2.0 */
/* The file's keys: the root, and the verbs of "steps". */
#include "scenarios/lang/script_private.h"

#include <string.h>

#include "sim/host/probe.h"

#define STEP(member)  SCRIPT_AT(struct script_step, member)
#define PLACE(member) .place = offsetof(struct script_step, member)

static const char *const verbs[SCRIPT_VERB_COUNT] = {
	[SCRIPT_PULL] = "pull",	      [SCRIPT_REQUEST] = "request",
	[SCRIPT_CONNECT] = "connect", [SCRIPT_PING] = "ping",
	[SCRIPT_LOOKUP] = "lookup",   [SCRIPT_SEND] = "send",
	[SCRIPT_CHANGE] = "change",   [SCRIPT_WAIT] = "wait",
};

const char *script_verb_name(enum script_verb verb)
{
	return verbs[verb];
}

#define FROM                                                                   \
	{                                                                      \
		.name = "from", .doc = "a host, or a workload's host",         \
		.kind = SCHEMA_TEXT, .required = true, PLACE(from_at),         \
		STEP(from)                                                     \
	}
#define TO                                                                     \
	{                                                                      \
		.name = "to", .doc = "a host, an address or a DNS name",       \
		.kind = SCHEMA_TEXT, .required = true, PLACE(to_at), STEP(to)  \
	}
#define PORT                                                                   \
	{                                                                      \
		.name = "port", .doc = "destination port",                     \
		.kind = SCHEMA_UINT, .size = 2, .min = 1, .max = 65535,        \
		.required = true, STEP(port)                                   \
	}
#define SPORT                                                                  \
	{                                                                      \
		.name = "sport",                                               \
		.doc = "source port; default: the host chooses",               \
		.kind = SCHEMA_UINT, .size = 2, .min = 1, .max = 65535,        \
		STEP(sport)                                                    \
	}
#define TIMEOUT                                                                \
	{                                                                      \
		.name = "timeout",                                             \
		.doc = "how long to wait; default: the client's own",          \
		.kind = SCHEMA_DURATION, STEP(timeout)                         \
	}
#define PROFILE                                                                \
	{                                                                      \
		.name = "profile",                                             \
		.doc = "the client program, in place of the usual one",        \
		.kind = SCHEMA_TEXT, PLACE(profile_at), STEP(profile)          \
	}

static void pull_defaults(void *record)
{
	((struct script_step *)record)->attempts = 1;
}

static const struct schema_field pull_fields[] = {
	{.name = "workload",
	 .doc = "whose image is pulled",
	 .kind = SCHEMA_TEXT,
	 .required = true,
	 PLACE(workload_at),
	 STEP(workload)},
	{.name = "image",
	 .doc = "as in the pod spec: k8s.gcr.io/busybox",
	 .kind = SCHEMA_TEXT,
	 .required = true,
	 STEP(image)},
	PROFILE,
	{.name = "attempts",
	 .doc = "the step ends when so many have failed; default 1",
	 .kind = SCHEMA_UINT,
	 .size = sizeof(unsigned),
	 .min = 1,
	 .max = 1000,
	 STEP(attempts)},
	{.name = "for",
	 .doc = "the step ends after so long, however many have failed",
	 .kind = SCHEMA_DURATION,
	 STEP(duration)},
	SCRIPT_FIELDS_END};

static const struct schema_field request_fields[] = {
	FROM,
	{.name = "url",
	 .doc = "https://HOST[:PORT]/PATH or http://...",
	 .kind = SCHEMA_TEXT,
	 .required = true,
	 STEP(url),
	 PLACE(to_at)},
	PROFILE,
	TIMEOUT,
	SCRIPT_FIELDS_END};

static const struct schema_field connect_fields[] = {
	FROM, TO, PORT, SPORT, TIMEOUT, SCRIPT_FIELDS_END};

static const struct schema_field ping_fields[] = {
	FROM,
	TO,
	TIMEOUT,
	{.name = "size",
	 .doc = "bytes of data; default 56",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .max = PROBE_SIZE_MAX,
	 STEP(size)},
	{.name = "fragment",
	 .doc = "true: it may be cut on its way (no DF); default false",
	 .kind = SCHEMA_BOOL,
	 STEP(fragment)},
	SCRIPT_FIELDS_END};

static void ping_defaults(void *record)
{
	((struct script_step *)record)->size = PROBE_SIZE;
}

static const struct schema_field lookup_fields[] = {
	FROM,
	{.name = "name",
	 .doc = "the name to look up",
	 .kind = SCHEMA_TEXT,
	 .required = true,
	 STEP(name)},
	SCRIPT_FIELDS_END};

static void check_url(struct schema_reader *r, const struct tree_node *map,
		      void *record)
{
	const struct script_step *s = record;
	(void)map;
	if (!s->url || !strncmp(s->url, "https://", 8) ||
	    !strncmp(s->url, "http://", 7))
		return;
	diag_error(r->diag, s->to_at, "'%s' is not a URL", s->url);
	diag_help(r->diag, "write https://HOST[:PORT]/PATH");
}

#define VERB(word, text, ...)                                                  \
	static const struct schema_object word = {                             \
		.name = #word,                                                 \
		.doc = text,                                                   \
		.size = sizeof(struct script_step),                            \
		.fields = word##_fields,                                       \
		__VA_ARGS__}

VERB(pull, "kubelet pulls the image of a workload.", .defaults = pull_defaults);
VERB(request, "An HTTP request.", .finish = check_url);
VERB(connect, "A TCP connection is opened and closed.", .finish = NULL);
VERB(ping, "One ICMP echo request.", .defaults = ping_defaults);
VERB(lookup, "A name is looked up.", .finish = NULL);

static const struct schema_object send_datagram = {
	.name = "send",
	.doc = "One UDP datagram.",
	.size = sizeof(struct script_step),
	.fields = connect_fields,
};

#define ENTRY(verb_)                                                           \
	.name = #verb_, .kind = SCHEMA_OBJECT,                                 \
	SCRIPT_AT(struct script_entry, step)
#define HAS(verb_)                                                             \
	.present = offsetof(struct script_entry, has) + sizeof(bool) * (verb_)

static const struct schema_field entry_fields[] = {
	{ENTRY(pull), HAS(SCRIPT_PULL), .object = &pull,
	 .doc = "kubelet pulls the image of a workload"},
	{ENTRY(request), HAS(SCRIPT_REQUEST), .object = &request,
	 .doc = "an HTTP request"},
	{ENTRY(connect), HAS(SCRIPT_CONNECT), .object = &connect,
	 .doc = "a TCP connection"},
	{ENTRY(ping), HAS(SCRIPT_PING), .object = &ping,
	 .doc = "an ICMP echo request"},
	{ENTRY(lookup), HAS(SCRIPT_LOOKUP), .object = &lookup,
	 .doc = "a name is looked up"},
	{ENTRY(send), HAS(SCRIPT_SEND), .object = &send_datagram,
	 .doc = "a UDP datagram"},
	{.name = "change",
	 .doc = "a merge patch of the topology, made while the network runs",
	 .kind = SCHEMA_TREE,
	 .form = "\"type\": \"object\"",
	 HAS(SCRIPT_CHANGE),
	 SCRIPT_AT(struct script_entry, step.change)},
	{.name = "wait",
	 .doc = "time passes",
	 .kind = SCHEMA_DURATION,
	 HAS(SCRIPT_WAIT),
	 SCRIPT_AT(struct script_entry, step.duration)},
	{.name = "background",
	 .doc = "true: the next step begins at once",
	 .kind = SCHEMA_BOOL,
	 SCRIPT_AT(struct script_entry, step.background)},
	{.name = "note",
	 .doc = "a sentence shown with the step",
	 .kind = SCHEMA_TEXT,
	 SCRIPT_AT(struct script_entry, step.note)},
	SCRIPT_FIELDS_END};

/* A step has exactly one verb. */
static void finish_entry(struct schema_reader *r, const struct tree_node *map,
			 void *record)
{
	struct script_entry *e = record;
	size_t count = 0;
	e->step.at = map->first ? map->first->key_at : map->at;
	for (size_t i = 0; i < SCRIPT_VERB_COUNT; i++) {
		if (!e->has[i])
			continue;
		e->step.verb = (enum script_verb)i;
		e->step.at = tree_get(map, verbs[i])->key_at;
		count++;
	}
	if (count == 1)
		return;
	if (count)
		diag_error(r->diag, e->step.at,
			   "a step has one verb, this one %zu", count);
	else
		diag_error(r->diag, e->step.at, "a step without a verb");
	diag_help(r->diag, "verbs: pull, request, connect, ping, lookup, "
			   "send, change, wait");
}

static const struct schema_object entry = {
	.name = "step",
	.doc = "One thing that is done, and when it has ended the next.",
	.size = sizeof(struct script_entry),
	.fields = entry_fields,
	.finish = finish_entry,
};

static const struct schema_field entry_item = {
	.name = "step", .kind = SCHEMA_OBJECT, .object = &entry};

static void root_defaults(void *record)
{
	((struct script_file *)record)->seed = 1;
}

static const char *const needs[] = {"tls", NULL};

static const struct schema_field root_fields[] = {
	{.name = "title",
	 .doc = "what the scenario shows, as a sentence",
	 .kind = SCHEMA_TEXT,
	 .required = true,
	 SCRIPT_AT(struct script_file, title)},
	{.name = "description",
	 .doc = "more about it",
	 .kind = SCHEMA_TEXT,
	 SCRIPT_AT(struct script_file, description)},
	{.name = "topology",
	 .doc = "the network's file, relative to this one",
	 .kind = SCHEMA_TEXT,
	 .required = true,
	 .place = offsetof(struct script_file, topology_at),
	 SCRIPT_AT(struct script_file, topology)},
	{.name = "change",
	 .doc = "a merge patch of the topology, made before it is built",
	 .kind = SCHEMA_TREE,
	 .form = "\"type\": \"object\"",
	 SCRIPT_AT(struct script_file, change)},
	{.name = "seed",
	 .doc = "of chance: ports, ids, jitter; default 1",
	 .kind = SCHEMA_UINT,
	 .size = 8,
	 .max = UINT64_MAX / 16,
	 SCRIPT_AT(struct script_file, seed)},
	{.name = "needs",
	 .doc = "tls: it is left out by a build without",
	 .kind = SCHEMA_FLAGS,
	 .names = needs,
	 SCRIPT_AT(struct script_file, needs)},
	{.name = "steps",
	 .doc = "what is done, in order",
	 .kind = SCHEMA_LIST_OF,
	 .item = &entry_item,
	 .required = true,
	 SCRIPT_AT(struct script_file, steps)},
	{.name = "expect",
	 .doc = "what the packets must prove",
	 .kind = SCHEMA_LIST_OF,
	 .item = &script_group_item,
	 SCRIPT_AT(struct script_file, expects)},
	SCRIPT_FIELDS_END};

const struct schema_object script_root = {
	.name = "scenario",
	.doc = "A network, what is done in it, and what must be seen.",
	.size = sizeof(struct script_file),
	.fields = root_fields,
	.defaults = root_defaults,
};

const struct schema_object *script_schema(void)
{
	return &script_root;
}
