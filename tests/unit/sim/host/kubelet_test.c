/* SPDX-License-Identifier: Apache-2.0 */
/* Back-off, re-sync and events of a pod whose image cannot be pulled, or can. */
#include "sim/host/kubelet.h"

#include "tests/unit/sim/host/host_kit.h"
#include "tests/unit/suites.h"

#define S VCLOCK_S

static struct host_kit h;
static struct kubelet *k;

static void start(const char *profile, const char *image)
{
	struct kubelet_pod pod = {.host = h.client,
				  .profile = profile_find(profile),
				  .image = image,
				  .name_space = "default",
				  .pod = "p",
				  .node = "node-1",
				  .ncp_node = "ncp-1"};
	k = kubelet_new(&pod);
}

/* When the next attempt began; it has ended. */
static uint64_t attempt(void)
{
	struct world *w = h.k.world;
	bool *ended = kubelet_attempt_ended(k);
	*ended = false;
	ck_assert(world_run_while(w, ended, world_now(w) + 400 * S));
	ck_assert(*ended);
	return kubelet_last(k)->started;
}

static const struct kubelet_event *find(const char *reason, const char *part)
{
	size_t count;
	const struct kubelet_event *e = kubelet_events(k, &count);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(e[i].reason, reason) && strstr(e[i].message, part))
			return &e[i];
	ck_abort_msg("no event %s with \"%s\"", reason, part);
	return NULL;
}

static void make(void)
{
	host_kit_init(&h);
}

static void clean(void)
{
	kubelet_free(k);
	host_kit_fini(&h);
}

/* 10, 20, 40, 80, 160, then 300 s; a sync comes 10 to 15 s after the last. */
START_TEST(each_attempt_waits_twice_as_long_up_to_five_minutes)
{
	static const uint64_t waits[] = {10, 20, 40, 80, 160, 300, 300};
	start("docker1903", "nowhere.example/busybox");
	uint64_t before = attempt();
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		uint64_t now = attempt();
		ck_assert_uint_ge(now - before, waits[i] * S);
		ck_assert_uint_le(now - before, (waits[i] + 15) * S);
		before = now;
	}
	ck_assert_uint_eq(kubelet_attempts(k), 8);
}
END_TEST

START_TEST(equal_events_are_one_with_a_count)
{
	start("docker1903", "nowhere.example/busybox");
	uint64_t first = attempt();
	attempt();
	uint64_t last = attempt();
	const struct kubelet_event *e =
		find("Pulling", "Pulling image \"nowhere.example/busybox\"");
	ck_assert_uint_eq(e->count, 3);
	ck_assert_uint_eq(e->first, first);
	ck_assert_uint_eq(e->last, last);
	ck_assert_str_eq(e->component, "kubelet");
	ck_assert_str_eq(e->host, "node-1");
	ck_assert_uint_eq(find("Failed", "Error: ErrImagePull")->count, 3);
	ck_assert_uint_eq(find("Failed", "no such host")->count, 3);
	ck_assert_str_eq(find("BackOff", "Back-off pulling image")->type,
			 "Normal");
	ck_assert_str_eq(find("Failed", "Error: ImagePullBackOff")->type,
			 "Warning");
}
END_TEST

START_TEST(an_image_without_a_name_is_not_pulled)
{
	start("docker1903", ":::");
	attempt();
	ck_assert(!kubelet_last(k)->ok);
}
END_TEST

/* Its container, and so the image of a vSphere Pod, is called as the pod. */
START_TEST(without_an_image_s_name_there_is_the_pod_s)
{
	start("podvm", ":::");
	attempt();
	find("Pulling", "Waiting for Image default/p-");
}
END_TEST

START_TEST(a_pulled_image_runs)
{
	start("docker1903", "registry.example/busybox");
	attempt();
	ck_assert(kubelet_last(k)->ok);
	struct world *w = h.k.world;
	ck_assert(world_run_until(w, world_now(w) + 5 * S));
	ck_assert_int_eq(kubelet_state(k), KUBELET_RUNNING);
	find("Pulled", "Successfully pulled image");
	find("Created", "Created container busybox");
	find("Started", "Started container busybox");
	ck_assert(find("Scheduled", "Successfully assigned default/p to "
				    "node-1")
			  ->no_time);
}
END_TEST

START_TEST(a_vsphere_pod_has_other_words)
{
	start("podvm", "registry.example/busybox");
	attempt();
	find("Image", "bound successfully");
	ck_assert_uint_eq(
		find("SuccessfulRealizeNSXResource", "for Pod")->count, 3);
	find("Pulling", "Waiting for Image default/busybox-");
	find("Pulled", "is ready");
}
END_TEST

/* It says what failed, and nothing of waiting; "-<40 digits>-v0" is part of the
 * image's name. */
START_TEST(a_vsphere_pod_does_not_tell_of_its_back_off)
{
	size_t count;
	start("podvm", "nowhere.example/a/busybox");
	for (int i = 0; i < 4; i++)
		attempt();
	const struct kubelet_event *e = kubelet_events(k, &count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_ne(e[i].reason, "BackOff");
		ck_assert_ptr_null(strstr(e[i].message, "ImagePullBackOff"));
	}
	ck_assert_uint_eq(find("Failed", "no such host")->count, 4);
	const char *name = strstr(find("Pulling", "Waiting for Image")->message,
				  "default/");
	ck_assert(!strncmp(name, "default/busybox-", 16));
	ck_assert_uint_eq(strspn(name + 16, "0123456789abcdef"), 40);
	ck_assert_str_eq(name + 56, "-v0");
	ck_assert(memcmp(name + 16, name + 32, 16) != 0);
	ck_assert(memcmp(name + 40, name + 48, 8) != 0);
}
END_TEST

START_TEST(who_is_stopped_pulls_no_more)
{
	start("docker1903", "nowhere.example/busybox");
	attempt();
	size_t before, after;
	kubelet_events(k, &before);
	kubelet_stop(k);
	struct world *w = h.k.world;
	ck_assert(world_run_until(w, world_now(w) + 600 * S));
	kubelet_events(k, &after);
	ck_assert_uint_eq(kubelet_attempts(k), 1);
	ck_assert_uint_eq(after, before);
}
END_TEST

Suite *kubelet_test_suite(void);
Suite *kubelet_test_suite(void)
{
	Suite *s = suite_create("sim/host/kubelet");
	TCase *c = tcase_create("kubelet");
	tcase_add_checked_fixture(c, make, clean);
	tcase_add_test(c, an_image_without_a_name_is_not_pulled);
	tcase_add_test(c, without_an_image_s_name_there_is_the_pod_s);
	tcase_add_test(c, each_attempt_waits_twice_as_long_up_to_five_minutes);
	tcase_add_test(c, equal_events_are_one_with_a_count);
	tcase_add_test(c, a_pulled_image_runs);
	tcase_add_test(c, a_vsphere_pod_has_other_words);
	tcase_add_test(c, a_vsphere_pod_does_not_tell_of_its_back_off);
	tcase_add_test(c, who_is_stopped_pulls_no_more);
	suite_add_tcase(s, c);
	return s;
}
