/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/record/capfilter.h"
#include "sim/record/capread.h"
#include "sim/record/capture.h"
#include "sim/record/outlet.h"
#include "sim/record/pcapng.h"
#include "sim/record/recorder.h"
#include "sim/record/story.h"

static char folder[] = "/tmp/outlet-test-XXXXXX";
static char path[64], fifo[64];
static struct diag d;

static void setup(void)
{
	diag_init(&d);
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
}

static void teardown(void)
{
	unlink(path);
	unlink(fifo);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left */
	diag_fini(&d);
}

START_TEST(a_file_appears_when_it_is_complete)
{
	struct outlet *o = outlet_open(path, &d);
	outlet_write(o, "abc", 3);
	ck_assert(outlet_flush(o));
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert(outlet_close(o, &d));
	struct stat st;
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 3);
}
END_TEST

/* Pieces of all lengths, by both ways, longer in all than any buffer. */
START_TEST(pieces_of_any_length_keep_their_order)
{
	struct outlet *o = outlet_open(path, &d);
	static char piece[2 * OUTLET_ROOM], wanted[sizeof(piece)];
	size_t total = 0, count = 0;
	for (size_t len = 1; len <= sizeof(piece); len += 37) {
		memset(piece, (char)count++, len);
		if (len <= OUTLET_ROOM && count % 2)
			memcpy(outlet_room(o, len), piece, len);
		else
			outlet_write(o, piece, len);
	}
	ck_assert(outlet_close(o, &d));
	FILE *f = fopen(path, "rb");
	count = 0;
	for (size_t len = 1; len <= sizeof(piece); len += 37) {
		memset(wanted, (char)count++, len);
		ck_assert_uint_eq(fread(piece, 1, len, f), len);
		ck_assert_mem_eq(piece, wanted, len);
		total += len;
	}
	ck_assert_uint_gt(total, 65536);
	ck_assert_int_eq(fgetc(f), EOF);
	fclose(f);
}
END_TEST

START_TEST(what_was_there_stays_when_discarded)
{
	struct outlet *o = outlet_open(path, &d);
	outlet_write(o, "old", 3);
	outlet_close(o, &d);
	o = outlet_open(path, &d);
	outlet_write(o, "newer", 5);
	outlet_discard(o);
	struct stat st;
	stat(path, &st);
	ck_assert_int_eq(st.st_size, 3);
}
END_TEST

START_TEST(what_cannot_get_its_name_leaves_nothing)
{
	struct outlet *o = outlet_open(path, &d);
	outlet_write(o, "abc", 3);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert(!outlet_close(o, &d));
	ck_assert_uint_eq(d.error_count, 1);
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(a_fifo_is_written_directly)
{
	char text[8] = "";
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	FILE *reader = fopen(fifo, "r+");
	struct outlet *o = outlet_open(fifo, &d);
	outlet_write(o, "abc", 3);
	ck_assert(outlet_flush(o));
	ck_assert_uint_eq(fread(text, 1, 3, reader), 3);
	ck_assert_str_eq(text, "abc");
	ck_assert(outlet_close(o, &d));
	fclose(reader);
	ck_assert_int_eq(access(fifo, F_OK), 0);
}
END_TEST

START_TEST(a_reader_that_goes_away_is_no_error)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	FILE *reader = fopen(fifo, "r+");
	struct outlet *o = outlet_open(fifo, &d);
	fclose(reader);
	outlet_write(o, "abc", 3);
	ck_assert(!outlet_flush(o));
	ck_assert(outlet_close(o, &d));
	ck_assert_uint_eq(d.error_count, 0);
}
END_TEST

/* The number that the next file would get. */
static int next_file(void)
{
	int fd = dup(STDIN_FILENO);
	close(fd);
	return fd;
}

START_TEST(a_capture_that_is_over_keeps_no_file_open)
{
	static const uint8_t frame[60] = {0};
	int before = next_file();
	struct capture *c = capture_open(path, &d);
	capture_add(c, 5, frame, sizeof(frame));
	ck_assert_uint_eq(capture_count(c), 1);
	ck_assert(capture_close(c, &d));
	ck_assert_int_eq(next_file(), before);
	capture_discard(capture_open(path, &d));
	ck_assert_ptr_null(capture_open("/nowhere/x.pcap", &d));
	ck_assert_uint_eq(d.error_count, 1);
	ck_assert_int_eq(next_file(), before);
	struct stat st; /* a head of 24 bytes, one of 16 for the frame */
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 24 + 16 + 60);
}
END_TEST

START_TEST(what_was_never_opened_can_be_closed)
{
	ck_assert(capture_close(NULL, &d));
	capture_discard(NULL);
	ck_assert(pcapng_close(NULL, &d));
	pcapng_discard(NULL);
	ck_assert(recorder_end(NULL, true, &d));
	capread_close(NULL);
	capfilter_free(NULL);
	story_free(NULL);
	ck_assert_uint_eq(d.error_count, 0);
}
END_TEST

Suite *outlet_test_suite(void);
Suite *outlet_test_suite(void)
{
	Suite *s = suite_create("outlet");
	TCase *t = tcase_create("outlet");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_was_never_opened_can_be_closed);
	tcase_add_test(t, a_capture_that_is_over_keeps_no_file_open);
	tcase_add_test(t, a_file_appears_when_it_is_complete);
	tcase_add_test(t, pieces_of_any_length_keep_their_order);
	tcase_add_test(t, what_was_there_stays_when_discarded);
	tcase_add_test(t, what_cannot_get_its_name_leaves_nothing);
	tcase_add_test(t, a_fifo_is_written_directly);
	tcase_add_test(t, a_reader_that_goes_away_is_no_error);
	suite_add_tcase(s, t);
	return s;
}
