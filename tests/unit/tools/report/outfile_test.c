/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outfile.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/suites.h"

static char folder[32];
static struct diag d;

static void make(void)
{
	strcpy(folder, "/tmp/outfile.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	diag_init(&d);
}

static size_t files(void)
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		count += e->d_name[0] != '.';
	closedir(dir);
	return count;
}

START_TEST(the_file_is_there_whole_and_alone)
{
	char path[64], seen[8] = "";
	snprintf(path, sizeof(path), "%s/x", folder);
	ck_assert(outfile_write(path, "old text", 8, &d));
	ck_assert(outfile_write(path, "new", 3, &d));
	FILE *f = fopen(path, "r");
	ck_assert_uint_eq(fread(seen, 1, sizeof(seen), f), 3);
	fclose(f);
	ck_assert_str_eq(seen, "new");
	ck_assert_uint_eq(files(), 1);
	unlink(path);
	rmdir(folder);
	diag_fini(&d);
}
END_TEST

START_TEST(what_cannot_be_written_is_told_and_leaves_nothing)
{
	char path[64];
	snprintf(path, sizeof(path), "%s/no/x", folder);
	ck_assert(!outfile_write(path, "x", 1, &d));
	ck_assert_uint_eq(d.error_count, 1);
	/* A folder stands where the file should be: written, not renamed. */
	ck_assert(!outfile_write(folder, "x", 1, &d));
	ck_assert_uint_eq(files(), 0);
	snprintf(path, sizeof(path), "%s.part%ld", folder, (long)getpid());
	ck_assert_int_ne(access(path, F_OK), 0);
	rmdir(folder);
	diag_fini(&d);
}
END_TEST

Suite *outfile_test_suite(void);
Suite *outfile_test_suite(void)
{
	Suite *s = suite_create("tools/report/outfile");
	TCase *t = tcase_create("outfile");
	tcase_add_checked_fixture(t, make, NULL);
	tcase_add_test(t, the_file_is_there_whole_and_alone);
	tcase_add_test(t, what_cannot_be_written_is_told_and_leaves_nothing);
	suite_add_tcase(s, t);
	return s;
}
