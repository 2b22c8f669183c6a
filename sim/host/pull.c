/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a pull in order, as the profile has them:
 *
 *	hidden look-ups, GET /v2/ (GET /v1/_ping), HEAD manifest, GET manifest, GET config blob,
 *	GET each layer
 *
 * each on a connection of its own. A blob that fails is tried again after 5,
 * 10, 15 .. s where the profile says so. */
#include "sim/host/pull.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/base/vec.h"
#include "sim/host/errtext.h"
#include "sim/host/httpc.h"
#include "sim/host/resolver.h"

#define DIGEST_LEN    71 /* "sha256:" and 64 digits */
#define RETRY_STEP_NS (5 * VCLOCK_S)

enum phase { LOOKUPS, PING, GUESS, HEAD, MANIFEST, BLOBS, DONE };

struct digest {
	char text[DIGEST_LEN + 1];
};

struct pull {
	struct host *host;
	const struct profile *profile;
	struct errtext_image image;
	char *spec;
	pull_done_fn *done;
	void *context;
	enum phase phase;
	unsigned lookups_left, tries;
	struct resolver *resolver;
	struct httpc *call;
	struct vclock_timer timer; /* what comes next, later or at once */
	struct {
		VEC(struct digest);
	} blobs;
	size_t blob; /* the next of them */
	char target[512];
	struct pull_result result;
};

static void proceed(void *context);

static struct world *world_of(const struct pull *p)
{
	return host_world(p->host);
}

static void add_flow(struct pull *p, uint32_t flow)
{
	struct pull_result *r = &p->result;
	size_t room = sizeof(r->flows) / sizeof(r->flows[0]);
	if (!flow)
		return;
	if (r->flow_count == room) {
		memmove(r->flows, r->flows + 1, (room - 1) * sizeof(*r->flows));
		r->flow_count--;
	}
	r->flows[r->flow_count++] = flow;
}

static void add_flows(struct pull *p, const struct httpc_result *r)
{
	add_flow(p, r->flows[0]);
	add_flow(p, r->flows[1]);
}

/* From the clock, never from within a callback of what is being freed. */
static void proceed_after(struct pull *p, uint64_t delay)
{
	vclock_set(&world_of(p)->clock, &p->timer,
		   world_now(world_of(p)) + delay);
}

static void finish(struct pull *p, bool ok)
{
	p->phase = DONE;
	p->result.ok = ok;
	p->result.ended = world_now(world_of(p));
	p->done(p->context, &p->result);
}

static const char *method_of(const struct pull *p)
{
	return p->phase == HEAD ? "HEAD" : "GET";
}

/* What went wrong, as the client will say. */
static void tell(struct pull *p, const struct httpc_result *r)
{
	struct errtext_call call = {
		.method = method_of(p),
		.target = p->target,
		.inner = r->ok ? NULL : str_text(&r->error),
		.status = r->response.status,
		.reason = r->response.reason,
		.code = "Unknown",
		.layer = p->phase == BLOBS && p->blob,
	};
	if (r->dial_timed_out)
		call.code = p->profile->timeout_code;
	if (r->ok && r->response.status == 404 &&
	    p->profile->style == PROFILE_CONTAINERD)
		call.code = "NotFound";
	str_clear(&p->result.error);
	errtext_pull(p->profile, &p->image, &call, &p->result.error);
	p->result.code = call.code;
}

/* Some clients go on to ask whether this is a registry of the first version,
 * and tell of this failure once that has failed, too. */
static void fail(struct pull *p, const struct httpc_result *r)
{
	if (p->phase != GUESS)
		tell(p, r);
	if (p->phase != PING || !p->profile->guesses_v1 || r->ok) {
		finish(p, false);
		return;
	}
	p->phase = GUESS;
	proceed_after(p, 0);
}

/* The digests in the manifest, config first, in the order of the JSON text. */
static void take_manifest(struct pull *p, const char *json)
{
	static const char key[] = "\"digest\":\"";
	p->blobs.count = p->blob = 0;
	while ((json = strstr(json, key))) {
		struct digest d = {0};
		json += sizeof(key) - 1;
		const char *end = strchr(json, '"');
		if (!end || end - json != DIGEST_LEN)
			continue;
		memcpy(d.text, json, DIGEST_LEN);
		VEC_ADD(&p->blobs, d);
	}
}

/* What follows the call that has just succeeded. */
static void advance(struct pull *p, const struct httpc_result *r)
{
	p->tries = 0;
	switch (p->phase) {
	case PING:
		p->phase = p->profile->heads ? HEAD : MANIFEST;
		break;
	case HEAD:
		p->phase = MANIFEST;
		break;
	case MANIFEST:
		take_manifest(p, str_text(&r->body));
		p->phase = BLOBS;
		break;
	default:
		p->result.bytes += r->body_size;
		p->blob++;
		break;
	}
	proceed_after(p, 0);
}

static bool may_retry(struct pull *p)
{
	return p->phase == BLOBS && ++p->tries < p->profile->blob_tries;
}

static void on_call_done(void *context, const struct httpc_result *r)
{
	struct pull *p = context;
	add_flows(p, r);
	p->result.connections += r->flows[1] != 0;
	p->result.requests += r->ok;
	if (r->ok && r->response.status == 200 && p->phase != GUESS)
		advance(p, r);
	else if (may_retry(p))
		proceed_after(p, p->tries * RETRY_STEP_NS);
	else
		fail(p, r);
}

static void set_target(struct pull *p)
{
	const char *repository = p->image.repository;
	if (p->phase == PING)
		snprintf(p->target, sizeof(p->target), "/v2/");
	else if (p->phase == GUESS)
		snprintf(p->target, sizeof(p->target), "/v1/_ping");
	else if (p->phase == BLOBS)
		snprintf(p->target, sizeof(p->target), "/v2/%s/blobs/%s",
			 repository, p->blobs.at[p->blob].text);
	else
		snprintf(p->target, sizeof(p->target), "/v2/%s/manifests/%s",
			 repository, p->image.tag);
}

static void start_call(struct pull *p)
{
	set_target(p);
	struct httpc_call call = {
		.method = method_of(p),
		.host = p->image.host,
		.target = p->target,
		.port = p->image.port,
		.tls = true,
		.timeout = p->phase == PING ? p->profile->first_timeout : 0,
		.profile = p->profile,
	};
	httpc_free(p->call);
	p->result.lookups++;
	p->call = httpc_new(p->host, &call, on_call_done, p);
}

/* Their answers are only compared with configured networks; failures are
 * ignored, but waited for. */
static void on_hidden_lookup(void *context, const struct resolver_result *r)
{
	struct pull *p = context;
	(void)r;
	p->lookups_left--;
	proceed_after(p, 0);
}

static void start_lookup(struct pull *p)
{
	resolver_free(p->resolver);
	p->result.lookups++;
	p->resolver = resolver_new(p->host, p->image.host, on_hidden_lookup, p);
	add_flow(p, resolver_flow(p->resolver));
}

static void proceed(void *context)
{
	struct pull *p = context;
	if (p->phase == LOOKUPS && p->lookups_left) {
		start_lookup(p);
		return;
	}
	if (p->phase == LOOKUPS)
		p->phase = p->profile->pings_first ? PING
			   : p->profile->heads	   ? HEAD
						   : MANIFEST;
	if (p->phase == BLOBS && p->blob == p->blobs.count)
		finish(p, true);
	else
		start_call(p);
}

static void refuse(void *context)
{
	struct pull *p = context;
	str_addf(&p->result.error,
		 "rpc error: code = InvalidArgument desc = failed to parse "
		 "image reference \"%s\"",
		 p->spec);
	p->result.code = "InvalidArgument";
	finish(p, false);
}

struct pull *pull_new(struct host *h, const struct profile *profile,
		      const char *image, pull_done_fn *done, void *context)
{
	struct pull *p = MEM_NEW(struct pull);
	p->host = h;
	p->profile = profile;
	p->spec = mem_text(image);
	p->done = done;
	p->context = context;
	p->lookups_left = profile->hidden_lookups;
	p->result.started = world_now(world_of(p));
	p->timer.context = p;
	p->timer.fire =
		errtext_read_image(p->spec, &p->image) ? proceed : refuse;
	proceed_after(p, 0);
	return p;
}

void pull_stop(struct pull *p)
{
	vclock_cancel(&world_of(p)->clock, &p->timer);
	if (p->call && httpc_so_far(p->call))
		add_flows(p, httpc_so_far(p->call));
	resolver_free(p->resolver);
	httpc_free(p->call);
	p->resolver = NULL;
	p->call = NULL;
}

void pull_free(struct pull *p)
{
	if (!p)
		return;
	pull_stop(p);
	str_fini(&p->result.error);
	VEC_FREE(&p->blobs);
	mem_free(p->spec);
	mem_free(p);
}

const struct pull_result *pull_result(const struct pull *p)
{
	return &p->result;
}
