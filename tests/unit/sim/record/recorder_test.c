/* SPDX-License-Identifier: Apache-2.0 */
/* Which ports go into which file: host a -- router r -- host b. */
#include "sim/record/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/record/capread.h"
#include "tests/unit/sim/world/world_kit.h"

static struct world_kit kit;
static struct router *a, *r, *b;
static struct world_kit_inbox at_b;
static char folder[] = "/tmp/recorder-test-XXXXXX";
static char path[64];
static struct diag d;
static const struct remark_names nobody;

static void setup(void)
{
	world_kit_init(&kit);
	diag_init(&d);
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	b = world_kit_host(&kit, "b", "10.2.0.2/24", "10.2.0.1");
	r = router_new(kit.world, "r", "r");
	world_kit_cable(&kit, world_kit_nic(a, 0),
			world_kit_port(r, "left", "10.1.0.1/24"));
	world_kit_cable(&kit, world_kit_port(r, "right", "10.2.0.1/24"),
			world_kit_nic(b, 0));
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("10.2.0.0/24", NULL, 1)};
	world_kit_routes(r, true, routes, 2);
	world_kit_listen(&kit, b, &at_b);
}

static const char *in_folder(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void teardown(void)
{
	static const char *const names[] = {"all.pcapng",    "all.pcap",
					    "a.eth0.pcapng", "b.eth0.pcapng",
					    "r.left.pcapng", "r.right.pcapng"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left */
	diag_fini(&d);
	world_kit_fini(&kit);
}

/* Two datagrams from a to b, recorded. */
static void record(const struct recorder_conf *conf)
{
	struct world_kit_udp u = {"10.1.0.2", "10.2.0.2", 4000, 53, 64};
	struct recorder *w = recorder_new(conf, &d);
	ck_assert_ptr_nonnull(w);
	ck_assert(recorder_attach(w, kit.world, &nobody, &d));
	for (int i = 0; i < 2; i++) {
		struct pkt *p = world_kit_udp(&kit, &u);
		p->marked = true;
		router_send(a, p);
		world_run_until(kit.world, world_now(kit.world) + VCLOCK_S);
	}
	ck_assert_uint_eq(at_b.count, 2);
	recorder_detach(w);
	ck_assert(recorder_end(w, true, &d));
}

/* IP packets in a file, and whether its times are those of the run. */
static size_t packets(const char *name)
{
	size_t count = 0;
	struct capread_packet p;
	struct capread *c = capread_open(in_folder(name), &d);
	ck_assert_ptr_nonnull(c);
	while (capread_next(c, &p, &d) == CAPREAD_PACKET) {
		uint64_t s = p.time / VCLOCK_S;
		count += p.ip != NULL;
		ck_assert(s >= VCLOCK_EPOCH && s < VCLOCK_EPOCH + 4);
	}
	capread_close(c);
	return count;
}

static const struct {
	const char *ports, *filter;
	enum recorder_points points;
	size_t count;
} rows[] = {
	{NULL, NULL, RECORDER_STORY, 2},
	{NULL, NULL, RECORDER_ALL, 8},
	{"a:eth0", NULL, RECORDER_ALL, 2},
	{"r", NULL, RECORDER_ALL, 4},
	{"b:eth0", NULL, RECORDER_ALL, 2},
	{"r:right,a:eth0", NULL, RECORDER_ALL, 4},
	{"a,r:left,b", NULL, RECORDER_ALL, 6},
	{NULL, "udp port 53", RECORDER_ALL, 8},
	{NULL, "arp or udp port 54", RECORDER_ALL, 0},
};

/* The magic number at the start of a file. */
static uint32_t magic(const char *name)
{
	uint32_t first = 0;
	FILE *f = fopen(in_folder(name), "rb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(&first, sizeof(first), 1, f), 1);
	fclose(f);
	return first;
}

START_TEST(ports_and_filter_say_what_is_kept)
{
	struct recorder_conf c = {.path = in_folder("all.pcapng"),
				  .points = rows[_i].points,
				  .ports = rows[_i].ports,
				  .filter = rows[_i].filter,
				  .application = "test"};
	record(&c);
	ck_assert_uint_eq(packets("all.pcapng"), rows[_i].count);
	ck_assert_uint_eq(magic("all.pcapng"), 0x0a0d0d0a);
	ck_assert_uint_eq(d.error_count, 0);
}
END_TEST

START_TEST(a_folder_has_a_file_for_each_port)
{
	struct recorder_conf c = {.dir = folder, .application = "test"};
	record(&c);
	ck_assert_uint_eq(packets("a.eth0.pcapng"), 2);
	ck_assert_uint_eq(packets("r.left.pcapng"), 2);
	ck_assert_uint_eq(packets("r.right.pcapng"), 2);
	ck_assert_uint_eq(packets("b.eth0.pcapng"), 2);
}
END_TEST

START_TEST(the_name_says_which_kind_of_file)
{
	struct recorder_conf c = {.path = in_folder("all.pcap"),
				  .application = "test"};
	record(&c);
	ck_assert_uint_eq(magic("all.pcap"), 0xa1b23c4d); /* nanoseconds */
	ck_assert_uint_eq(packets("all.pcap"), 2);
	c.pcapng = true;
	at_b.count = 0;
	c.path = in_folder("all.pcap");
	record(&c);
	ck_assert_uint_eq(magic("all.pcap"), 0x0a0d0d0a);
}
END_TEST

START_TEST(a_port_that_is_none_is_told)
{
	struct recorder_conf c = {.path = in_folder("all.pcapng"),
				  .ports = "a:eth0,a:eth9",
				  .application = "test"};
	struct recorder *w = recorder_new(&c, &d);
	ck_assert(!recorder_attach(w, kit.world, &nobody, &d));
	ck_assert_uint_eq(d.error_count, 1);
	recorder_detach(w);
	ck_assert(recorder_end(w, false, &d));
	ck_assert_int_ne(access(in_folder("all.pcapng"), F_OK), 0);
}
END_TEST

START_TEST(what_cannot_be_had_is_told)
{
	struct recorder_conf c = {.path = "/nowhere/x.pcapng",
				  .application = "test"};
	ck_assert_ptr_null(recorder_new(&c, &d));
	c.path = NULL;
	c.dir = "/nowhere/x";
	ck_assert_ptr_null(recorder_new(&c, &d));
	c.dir = folder; /* is there already */
	c.filter = "udp port";
	ck_assert_ptr_null(recorder_new(&c, &d));
	ck_assert_uint_eq(d.error_count, 3);
}
END_TEST

Suite *recorder_test_suite(void);
Suite *recorder_test_suite(void)
{
	Suite *s = suite_create("recorder");
	TCase *c = tcase_create("recorder");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, ports_and_filter_say_what_is_kept, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, a_folder_has_a_file_for_each_port);
	tcase_add_test(c, the_name_says_which_kind_of_file);
	tcase_add_test(c, a_port_that_is_none_is_told);
	tcase_add_test(c, what_cannot_be_had_is_told);
	suite_add_tcase(s, c);
	return s;
}
