/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/host.h"

#include "tests/unit/sim/host/host_kit.h"

static struct world_kit k;
static struct host *h;

static void setup(void)
{
	world_kit_init(&k);
	h = host_new(k.world, "h", "H");
}

/* What was freed, in order. */
static char freed[8];

static void free_it(void *what)
{
	const char *name = what;
	strncat(freed, name, 1);
}

START_TEST(services_are_found_by_port)
{
	static char a[] = "a", b[] = "b", c[] = "c";
	freed[0] = '\0';
	host_add_service(h, 80, a, free_it);
	host_own(h, b, free_it);
	host_add_service(h, 443, c, free_it);
	ck_assert_ptr_eq(host_service(h, 80), a);
	ck_assert_ptr_eq(host_service(h, 443), c);
	for (uint16_t port = 1; port < 1000; port++)
		ck_assert(port == 80 || port == 443 || !host_service(h, port));
	world_kit_fini(&k);
	ck_assert_str_eq(freed, "cba"); /* the last first */
}
END_TEST

START_TEST(a_clock_may_be_ahead_or_behind)
{
	static const int64_t offsets[] = {0, 90, -3600};
	for (size_t i = 0; i < 3; i++) {
		struct host_conf c = {.clock_offset = offsets[i]};
		host_configure(h, &c);
		uint64_t now = world_now(k.world) / VCLOCK_S;
		ck_assert_int_eq(host_time(h),
				 VCLOCK_EPOCH + (int64_t)now + offsets[i]);
		world_run_until(k.world,
				world_now(k.world) + 5 * VCLOCK_S + VCLOCK_MS);
	}
	ck_assert_uint_eq(world_now(k.world) / VCLOCK_S, 15);
	world_kit_fini(&k);
}
END_TEST

START_TEST(what_it_is_told_is_copied)
{
	char search[][8] = {"a.lab", "b.lab"}, authority[] = "ours";
	struct host_conf c = {.search = {search[0], search[1]},
			      .search_count = 2,
			      .authorities = {HOST_PUBLIC, authority},
			      .authority_count = 2};
	host_configure(h, &c);
	memset(search, 'x', sizeof(search));
	authority[0] = 'x';
	ck_assert_str_eq(host_conf(h)->search[0], "a.lab");
	ck_assert_str_eq(host_conf(h)->search[1], "b.lab");
	ck_assert_str_eq(host_conf(h)->authorities[0], HOST_PUBLIC);
	ck_assert_str_eq(host_conf(h)->authorities[1], "ours");
	world_kit_fini(&k);
}
END_TEST

START_TEST(a_new_host_trusts_the_public_authority_and_has_a_loopback)
{
	const struct router_port *lo = router_port(host_router(h), 0);
	ck_assert_uint_eq(host_conf(h)->authority_count, 1);
	ck_assert_str_eq(host_conf(h)->authorities[0], HOST_PUBLIC);
	ck_assert_str_eq(host_name(h), "h");
	ck_assert_str_eq(lo->nic->name, "lo");
	world_kit_fini(&k);
}
END_TEST

Suite *host_test_suite(void);
Suite *host_test_suite(void)
{
	Suite *s = suite_create("host/host");
	TCase *c = tcase_create("host");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, services_are_found_by_port);
	tcase_add_test(c, a_clock_may_be_ahead_or_behind);
	tcase_add_test(c, what_it_is_told_is_copied);
	tcase_add_test(
		c, a_new_host_trusts_the_public_authority_and_has_a_loopback);
	suite_add_tcase(s, c);
	return s;
}
