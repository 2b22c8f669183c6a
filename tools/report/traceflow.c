/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/traceflow.h"

#include <jansson.h>

#include "tools/explain/cause.h"
#include "tools/explain/walk.h"
#include "tools/report/outjson.h"

/* One packet's observations while they are written. */
struct traceflow {
	const struct outcome *outcome;
	struct walk walk;
	json_t *list;
	unsigned received, forwarded, dropped, delivered;
};

static void set_text(json_t *j, const char *key, const char *text)
{
	json_object_set_new(j, key, json_string(text));
}

static void set_printed(json_t *j, const char *key, struct str *text)
{
	set_text(j, key, str_text(text));
	str_fini(text);
}

static enum net_kind kind_of(const struct traceflow *f,
			     const struct walk_hop *h)
{
	return outcome_kind(f->outcome, h->label);
}

static bool is_physical(const struct traceflow *f, const struct walk_hop *h)
{
	enum net_kind kind = kind_of(f, h);
	return kind != NET_TIER0 && kind != NET_TIER1;
}

static void set_component(const struct traceflow *f, const struct walk_hop *h,
			  json_t *j)
{
	bool tier0 = kind_of(f, h) == NET_TIER0;
	set_text(j, "component_name", h->label);
	if (is_physical(f, h)) {
		set_text(j, "component_type", "PHYSICAL");
		return;
	}
	struct str path = {0};
	str_addf(&path, "/infra/tier-%ds/%s", tier0 ? 0 : 1, h->label);
	set_text(j, "component_type", "LR");
	set_text(j, "component_sub_type", tier0 ? "LR_TIER0" : "LR_TIER1");
	set_printed(j, "component_path", &path);
	if (!walk_is_service_router(h))
		return;
	set_text(j, "transport_node_type", "EDGE");
	if (tier0)
		set_text(j, "transport_node_name", h->part);
}

/* "Forwarded" at a gateway is PolicyTraceflowObservationForwardedLogical. */
static json_t *add(struct traceflow *f, const struct walk_hop *h,
		   const char *what)
{
	json_t *j = json_object();
	struct str type = {0};
	bool logical = !is_physical(f, h) && what[0] != 'D';
	bool dropped = !is_physical(f, h) && h->dropped && what[1] == 'r';
	str_addf(&type, "PolicyTraceflowObservation%s%s", what,
		 logical || dropped ? "Logical" : "");
	set_printed(j, "resource_type", &type);
	json_object_set_new(j, "sequence_no",
			    json_integer((json_int_t)(h - f->walk.hops)));
	json_object_set_new(j, "timestamp",
			    json_integer((json_int_t)(h->time / 1000000)));
	json_object_set_new(j, "timestamp_micro",
			    json_integer((json_int_t)(h->time / 1000)));
	set_component(f, h, j);
	json_array_append_new(f->list, j);
	return j;
}

/* "/infra/tier-0s/t0-edge/nat/USER/nat-rules/tkg" */
static void set_rule_path(const struct traceflow *f, const struct walk_hop *h,
			  const char *rule, json_t *j)
{
	struct str path = {0};
	str_addf(&path, "/infra/tier-%ds/%s/nat/USER/nat-rules/%s",
		 kind_of(f, h) == NET_TIER0 ? 0 : 1, h->label, rule);
	set_printed(j, "nat_rule_path", &path);
}

static void add_translation(struct traceflow *f, const struct walk_hop *h,
			    const struct walk_nat *n)
{
	char a[ADDR_IP4_SIZE];
	json_t *j = add(f, h, "Forwarded");
	const char *name = outcome_ref(f->outcome, n->ref)->name;
	bool lb = n->kind == NOTE_LB;
	f->forwarded++;
	set_text(j, "component_type", lb ? "LOAD_BALANCER" : "NAT");
	set_text(j, "component_name", name);
	if (!lb && !is_physical(f, h))
		set_rule_path(f, h, name, j);
	set_text(j, "translated_src_ip", addr_print_ip4(n->src, a));
	set_text(j, "translated_dst_ip", addr_print_ip4(n->dst, a));
}

static void add_drop(struct traceflow *f, const struct walk_hop *h)
{
	json_t *j = add(f, h, "Dropped");
	f->dropped++;
	set_text(j, "reason", drop_nsx_name(h->reason));
	if (h->reason == DROP_ARP_FAIL)
		set_text(j, "arp_fail_reason", "ARP_TIMEOUT");
	if (h->reason == DROP_ACL_DROP || h->reason == DROP_ACL_REJECT)
		set_text(j, "acl_rule_path",
			 outcome_ref(f->outcome, h->drop_ref)->path);
	set_text(j, "explanation", drop_sentence(h->reason));
}

static void add_hop(struct traceflow *f, size_t i)
{
	const struct walk_hop *h = &f->walk.hops[i];
	if (i && !h->delivered) {
		json_t *j = add(f, h, "Received");
		set_text(j, "src_component_name", f->walk.hops[i - 1].label);
		f->received++;
	}
	for (size_t n = 0; n < h->nat_count; n++)
		add_translation(f, h, &h->nats[n]);
	if (h->dropped) {
		add_drop(f, h);
	} else if (h->delivered) {
		add(f, h, "Delivered");
		f->delivered++;
	} else {
		json_t *j = add(f, h, "Forwarded");
		f->forwarded++;
		if (i + 1 < f->walk.count)
			set_text(j, "dst_component_name",
				 f->walk.hops[i + 1].label);
	}
}

/* The observations of 'p' (NULL: none), their number and the counters, under
 * names that begin with 'prefix'. */
static void add_flow(const struct outcome *o, const struct trace_packet *p,
		     const char *prefix, json_t *to)
{
	static struct traceflow f; /* large; one thread writes */
	struct str name = {0};
	f = (struct traceflow){.outcome = o, .list = json_array()};
	if (p)
		walk_packet(o, p, &f.walk);
	for (size_t i = 0; i < f.walk.count; i++)
		add_hop(&f, i);
	str_addf(&name, "%sresult_count", prefix);
	json_object_set_new(to, str_text(&name),
			    json_integer((json_int_t)json_array_size(f.list)));
	str_clear(&name);
	str_addf(&name, "%sresults", prefix);
	json_object_set_new(to, str_text(&name), f.list);
	str_clear(&name);
	str_addf(&name, "%scounters", prefix);
	json_object_set_new(to, str_text(&name),
			    json_pack("{s:i, s:i, s:i, s:i}", "received_count",
				      f.received, "forwarded_count",
				      f.forwarded, "dropped_count", f.dropped,
				      "delivered_count", f.delivered));
	str_fini(&name);
}

void traceflow_print(const struct outcome *o, struct str *out)
{
	struct cause c;
	json_t *j = json_object();
	bool answered = o->steps[0].status == OUTCOME_OK;
	cause_find(o, &o->steps[0], &c);
	json_object_set_new(j, "tierpath", outjson_header());
	set_text(j, "operation_state", "FINISHED");
	set_text(j, "request_status", "SUCCESS");
	json_object_set_new(j, "answered", json_boolean(answered));
	json_object_set_new(j, "packet",
			    json_string(c.request ? c.request->text : ""));
	add_flow(o, c.request, "", j);
	json_object_set_new(j, "reply_packet",
			    c.reply ? json_string(c.reply->text) : json_null());
	add_flow(o, c.reply, "reply_", j);
	outjson_print(j, out);
}
