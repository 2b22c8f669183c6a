/* SPDX-License-Identifier: Apache-2.0 */
/* Event texts and order: pkg/kubelet/images/image_manager.go; vSphere Pods have
 * words of their own, seen in published output of `kubectl describe pod`.
 *
 *	pull --fails--> ErrImagePull, back-off 10 s
 *	1 s later, within the back-off: BackOff, ImagePullBackOff
 *	re-sync 10 s + up to 50 % after the failure: pull again */
#include "sim/host/kubelet.h"

#include <inttypes.h>
#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/base/vec.h"
#include "sim/host/errtext.h"

#define BACKOFF_FIRST (10 * VCLOCK_S)
#define BACKOFF_MAX   (300 * VCLOCK_S)
#define RESYNC_NS     (10 * VCLOCK_S)
#define NOTICED_NS    VCLOCK_S /* until the failed container is reported */

struct kubelet {
	struct kubelet_pod pod;
	struct arena arena;
	enum kubelet_state state;
	struct pull *pull;
	struct vclock_timer retry, notice;
	uint64_t backoff; /* the present one; 0: none yet */
	uint64_t backoff_until;
	size_t attempts;
	bool ended, stopped;
	char *image_name; /* podvm: "busybox-<hash>-v0" */
	struct {
		VEC(struct kubelet_event);
	} events;
};

static struct world *world_of(const struct kubelet *k)
{
	return host_world(k->pod.host);
}

static struct vclock *clock_of(const struct kubelet *k)
{
	return &world_of(k)->clock;
}

static bool is_podvm(const struct kubelet *k)
{
	return k->pod.profile->style == PROFILE_PODVM;
}

/* Equal events are counted, as the API server's correlator does. */
static struct kubelet_event *emit(struct kubelet *k, const char *type,
				  const char *reason, const char *message)
{
	uint64_t now = world_now(world_of(k));
	for (size_t i = 0; i < k->events.count; i++) {
		struct kubelet_event *e = &k->events.at[i];
		if (strcmp(e->reason, reason) != 0 ||
		    strcmp(e->message, message) != 0)
			continue;
		e->count++;
		e->last = now;
		return e;
	}
	struct kubelet_event e = {
		.type = type,
		.reason = reason,
		.component = "kubelet",
		.host = k->pod.node,
		.message = arena_text(&k->arena, message),
		.first = now,
		.last = now,
		.count = 1,
		.order = k->events.count,
	};
	VEC_ADD(&k->events, e);
	return VEC_LAST(&k->events);
}

static const char *sentence(struct kubelet *k, const char *before,
			    const char *what, const char *after)
{
	return arena_printf(&k->arena, "%s%s%s", before, what, after);
}

static void emit_scheduled(struct kubelet *k)
{
	struct kubelet_event *e = emit(
		k, "Normal", "Scheduled",
		arena_printf(&k->arena, "Successfully assigned %s/%s to %s",
			     k->pod.name_space, k->pod.pod, k->pod.node));
	e->component = "default-scheduler";
	e->host = NULL;
	e->no_time = true;
}

/* What happens to a vSphere Pod before its image is fetched. */
static void emit_podvm_start(struct kubelet *k)
{
	struct kubelet_event *e = emit(
		k, "Normal", "Image",
		sentence(k, "Image ", k->image_name, " bound successfully"));
	e->component = "image-controller";
	e->host = NULL;
	for (int i = 0; i < 3; i++) /* network, address, firewall */
		e = emit(k, "Normal", "SuccessfulRealizeNSXResource",
			 "Successfully realized NSX resource for Pod");
	e->component = "nsx-container-ncp";
	e->host = k->pod.ncp_node;
}

static const char *image_path(struct kubelet *k)
{
	return arena_printf(&k->arena, "%s/%s", k->pod.name_space,
			    k->image_name);
}

static void emit_pulling(struct kubelet *k)
{
	if (is_podvm(k))
		emit(k, "Normal", "Pulling",
		     sentence(k, "Waiting for Image ", image_path(k), ""));
	else
		emit(k, "Normal", "Pulling",
		     sentence(k, "Pulling image \"", k->pod.image, "\""));
}

static void emit_pulled(struct kubelet *k)
{
	if (is_podvm(k)) {
		emit(k, "Normal", "Pulled",
		     sentence(k, "Image ", image_path(k), " is ready"));
		return;
	}
	emit(k, "Normal", "Pulled",
	     sentence(k, "Successfully pulled image \"", k->pod.image, "\""));
	emit(k, "Normal", "Created",
	     sentence(k, "Created container ", k->pod.container, ""));
	emit(k, "Normal", "Started",
	     sentence(k, "Started container ", k->pod.container, ""));
}

static void emit_failed(struct kubelet *k, const struct pull_result *r)
{
	if (is_podvm(k)) {
		emit(k, "Warning", "Failed",
		     arena_printf(&k->arena,
				  "failed to get images: Image %s has failed. "
				  "Error: Failed to resolve on node %s. "
				  "Reason: Http request failed. Code 400: "
				  "ErrorType(2) %s",
				  image_path(k), k->pod.node,
				  str_text(&r->error)));
		return;
	}
	emit(k, "Warning", "Failed",
	     arena_printf(&k->arena, "Failed to pull image \"%s\": %s",
			  k->pod.image, str_text(&r->error)));
	emit(k, "Warning", "Failed", "Error: ErrImagePull");
}

static void emit_backoff(struct kubelet *k)
{
	emit(k, "Normal", "BackOff",
	     sentence(k, "Back-off pulling image \"", k->pod.image, "\""));
	emit(k, "Warning", "Failed", "Error: ImagePullBackOff");
}

static void on_notice(void *context)
{
	struct kubelet *k = context;
	if (k->state == KUBELET_BACKOFF && !is_podvm(k))
		emit_backoff(k);
}

static void back_off(struct kubelet *k)
{
	struct vclock *clock = clock_of(k);
	uint32_t jitter = rng_below(&world_of(k)->rng, 5000); /* ms */
	uint64_t resync = clock->now + RESYNC_NS + jitter * VCLOCK_MS;
	k->backoff = k->backoff ? 2 * k->backoff : BACKOFF_FIRST;
	if (k->backoff > BACKOFF_MAX)
		k->backoff = BACKOFF_MAX;
	k->backoff_until = clock->now + k->backoff;
	k->state = KUBELET_BACKOFF;
	vclock_set(clock, &k->notice, clock->now + NOTICED_NS);
	vclock_set(clock, &k->retry, resync);
}

static void on_pull_done(void *context, const struct pull_result *r)
{
	struct kubelet *k = context;
	k->attempts++;
	k->ended = true;
	if (r->ok) {
		emit_pulled(k);
		k->state = KUBELET_RUNNING;
		return;
	}
	emit_failed(k, r);
	back_off(k);
}

/* A re-sync: pulls again, or says that it is still backing off. */
static void on_retry(void *context)
{
	struct kubelet *k = context;
	struct vclock *clock = clock_of(k);
	if (k->stopped)
		return;
	if (clock->now < k->backoff_until) {
		uint32_t jitter = rng_below(&world_of(k)->rng, 5000);
		if (!is_podvm(k))
			emit_backoff(k);
		vclock_set(clock, &k->retry,
			   clock->now + RESYNC_NS + jitter * VCLOCK_MS);
		return;
	}
	vclock_cancel(clock, &k->notice);
	k->state = KUBELET_PULLING;
	emit_pulling(k);
	pull_free(k->pull);
	k->pull = pull_new(k->pod.host, k->pod.profile, k->pod.image,
			   on_pull_done, k);
}

/* "busybox-<40 hex digits>-v0": the controller names images by a hash; ours is
 * of the image's name. */
static char *name_image(struct kubelet *k)
{
	struct errtext_image image;
	uint64_t h = hash_text(k->pod.image);
	const char *base = k->pod.container;
	if (errtext_read_image(k->pod.image, &image)) {
		const char *slash = strrchr(image.repository, '/');
		base = slash ? slash + 1 : image.repository;
	}
	return arena_printf(&k->arena, "%s-%016" PRIx64 "%016" PRIx64 "%08x-v0",
			    base, hash_mix64(h + 1), hash_mix64(h + 2),
			    (unsigned)(hash_mix64(h + 3) & 0xffffffff));
}

static const char *container_of(struct kubelet *k, const char *given)
{
	struct errtext_image image;
	if (given)
		return arena_text(&k->arena, given);
	if (!errtext_read_image(k->pod.image, &image))
		return k->pod.pod;
	const char *slash = strrchr(image.repository, '/');
	return arena_text(&k->arena, slash ? slash + 1 : image.repository);
}

struct kubelet *kubelet_new(const struct kubelet_pod *pod)
{
	struct kubelet *k = MEM_NEW(struct kubelet);
	arena_init(&k->arena);
	k->pod = *pod;
	k->pod.image = arena_text(&k->arena, pod->image);
	k->pod.name_space = arena_text(&k->arena, pod->name_space);
	k->pod.pod = arena_text(&k->arena, pod->pod);
	k->pod.node = arena_text(&k->arena, pod->node);
	k->pod.container = container_of(k, pod->container);
	if (pod->ncp_node)
		k->pod.ncp_node = arena_text(&k->arena, pod->ncp_node);
	k->image_name = name_image(k);
	k->retry.fire = on_retry;
	k->notice.fire = on_notice;
	k->retry.context = k->notice.context = k;
	emit_scheduled(k);
	if (is_podvm(k))
		emit_podvm_start(k);
	vclock_set(clock_of(k), &k->retry, clock_of(k)->now);
	return k;
}

void kubelet_stop(struct kubelet *k)
{
	k->stopped = true;
	vclock_cancel(clock_of(k), &k->retry);
	vclock_cancel(clock_of(k), &k->notice);
	if (k->pull)
		pull_stop(k->pull);
}

void kubelet_free(struct kubelet *k)
{
	if (!k)
		return;
	kubelet_stop(k);
	pull_free(k->pull);
	VEC_FREE(&k->events);
	arena_fini(&k->arena);
	mem_free(k);
}

enum kubelet_state kubelet_state(const struct kubelet *k)
{
	return k->state;
}

size_t kubelet_attempts(const struct kubelet *k)
{
	return k->attempts;
}

const struct pull_result *kubelet_last(const struct kubelet *k)
{
	return k->pull ? pull_result(k->pull) : NULL;
}

bool *kubelet_attempt_ended(struct kubelet *k)
{
	return &k->ended;
}

const struct kubelet_event *kubelet_events(const struct kubelet *k,
					   size_t *count)
{
	*count = k->events.count;
	return k->events.at;
}
