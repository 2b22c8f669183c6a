/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of each kind of block, by the numbers of the draft. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/record/pcapng.h"

static char path[] = "/tmp/pcapng-test-XXXXXX";
static uint8_t bytes[4096];
static size_t size;
static struct diag d;

static void setup(void)
{
	diag_init(&d);
	strcpy(path + strlen(path) - 6, "XXXXXX");
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void teardown(void)
{
	unlink(path);
	diag_fini(&d);
}

static struct pcapng *begin(void)
{
	struct pcapng_about about = {"app 1", "why"};
	struct pcapng *w = pcapng_open(path, &about, &d);
	ck_assert_ptr_nonnull(w);
	return w;
}

static void end(struct pcapng *w)
{
	ck_assert(pcapng_close(w, &d));
	FILE *f = fopen(path, "rb");
	size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
}

/* Block number 'n' from 0, and its size. */
static const uint8_t *block(unsigned n, uint32_t *len)
{
	const uint8_t *at = bytes;
	for (;; at += *len) {
		uint32_t again;
		ck_assert_uint_lt((size_t)(at - bytes), size);
		memcpy(len, at + 4, sizeof(*len));
		ck_assert_uint_eq(*len % 4, 0);
		memcpy(&again, at + *len - 4, sizeof(again));
		ck_assert_uint_eq(*len, again);
		if (!n--)
			return at;
	}
}

static void same(unsigned n, const char *wanted, size_t wanted_size)
{
	uint32_t len;
	const uint8_t *at = block(n, &len);
	ck_assert_uint_eq(len, wanted_size);
	ck_assert_mem_eq(at, wanted, wanted_size);
}
#define SAME(n, wanted) same(n, wanted, sizeof(wanted) - 1)

START_TEST(the_section_says_who_wrote_it_and_why)
{
	end(begin());
	SAME(0, "\x0a\x0d\x0d\x0a\x34\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\4\0\5\0app 1\0\0\0\1\0\3\0why\0\0\0\0\0\x34\0\0\0");
}
END_TEST

START_TEST(an_interface_has_name_description_and_nanoseconds)
{
	struct pcapng *w = begin();
	ck_assert_uint_eq(pcapng_add_port(w, "a:eth0", "here"), 0);
	ck_assert_uint_eq(pcapng_add_port(w, "b", "there"), 1);
	end(w);
	SAME(1, "\1\0\0\0\x34\0\0\0\1\0\0\0\0\0\0\0"
		"\2\0\6\0a:eth0\0\0\3\0\4\0here\x09\0\1\0\x09\0\0\0"
		"\0\0\0\0\x34\0\0\0");
}
END_TEST

START_TEST(names_are_records_of_four_bytes_and_text)
{
	struct pcapng_name names[] = {{{0x0a000001}, "one"},
				      {{0x0a000002}, "two:2"}};
	struct pcapng *w = begin();
	pcapng_add_names(w, names, 2);
	pcapng_add_names(w, names, 0); /* none: no block */
	end(w);
	SAME(1, "\4\0\0\0\x2c\0\0\0\1\0\x08\0\x0a\0\0\1one\0"
		"\1\0\x0a\0\x0a\0\0\2two:2\0\0\0\0\0\0\0\x2c\0\0\0");
	uint32_t len;
	ck_assert_uint_eq((size_t)(block(1, &len) - bytes) + 0x2c, size);
}
END_TEST

START_TEST(a_packet_has_its_time_remarks_direction_and_id)
{
	struct pcapng *w = begin();
	struct pcapng_packet p = {.time = 0x0102030405060708,
				  .port = 3,
				  .out = true,
				  .id = 0x11,
				  .frame = (const uint8_t *)"abcde",
				  .len = 5,
				  .comments = {"x", "yz"}};
	pcapng_add(w, &p);
	end(w);
	SAME(1, "\6\0\0\0\x50\0\0\0\3\0\0\0\4\3\2\1\x08\7\6\5"
		"\5\0\0\0\5\0\0\0abcde\0\0\0\1\0\1\0x\0\0\0\1\0\2\0yz\0\0"
		"\2\0\4\0\2\0\0\0\5\0\x08\0\x11\0\0\0\0\0\0\0"
		"\0\0\0\0\x50\0\0\0");
}
END_TEST

START_TEST(an_incoming_packet_without_remarks)
{
	struct pcapng *w = begin();
	struct pcapng_packet p = {.frame = (const uint8_t *)"ab", .len = 2};
	pcapng_add(w, &p);
	end(w);
	SAME(1, "\6\0\0\0\x3c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\2\0\0\0\2\0\0\0ab\0\0\2\0\4\0\1\0\0\0"
		"\5\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\x3c\0\0\0");
}
END_TEST

START_TEST(keys_are_a_tls_key_log)
{
	struct pcapng *w = begin();
	pcapng_add_secrets(w, "CLIENT\n", 7);
	end(w);
	SAME(1, "\x0a\0\0\0\x1c\0\0\0KSLT\7\0\0\0CLIENT\n\0\x1c\0\0\0");
}
END_TEST

START_TEST(a_discarded_capture_leaves_nothing)
{
	unlink(path);
	pcapng_discard(begin());
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct pcapng_about about = {"app", NULL};
	struct pcapng *w = pcapng_open("/dev/full", &about, &d);
	ck_assert_ptr_nonnull(w);
	ck_assert(!pcapng_close(w, &d));
	ck_assert_uint_eq(d.error_count, 1);
}
END_TEST

START_TEST(a_missing_folder_is_told)
{
	struct pcapng_about about = {"app", NULL};
	ck_assert_ptr_null(pcapng_open("/nowhere/x.pcapng", &about, &d));
	ck_assert_uint_eq(d.error_count, 1);
}
END_TEST

Suite *pcapng_test_suite(void);
Suite *pcapng_test_suite(void)
{
	Suite *s = suite_create("pcapng");
	TCase *t = tcase_create("pcapng");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_section_says_who_wrote_it_and_why);
	tcase_add_test(t, an_interface_has_name_description_and_nanoseconds);
	tcase_add_test(t, names_are_records_of_four_bytes_and_text);
	tcase_add_test(t, a_packet_has_its_time_remarks_direction_and_id);
	tcase_add_test(t, an_incoming_packet_without_remarks);
	tcase_add_test(t, keys_are_a_tls_key_log);
	tcase_add_test(t, a_discarded_capture_leaves_nothing);
	tcase_add_test(t, a_full_disk_is_told);
	tcase_add_test(t, a_missing_folder_is_told);
	suite_add_tcase(s, t);
	return s;
}
