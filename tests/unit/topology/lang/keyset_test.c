/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "topology/lang/keyset.h"

#define COUNT 1000 /* keys of a map: well beyond the first room */

START_TEST(each_map_has_its_own_keys)
{
	static struct tree_node maps[2], children[2][COUNT];
	static char names[COUNT][8];
	struct keyset k;
	keyset_init(&k);
	ck_assert_ptr_null(keyset_find(&k, &maps[0], "k0"));
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "k%u", i);
		children[0][i].key = children[1][i].key = names[i];
		keyset_add(&k, &maps[0], &children[0][i]);
		if (i % 2)
			keyset_add(&k, &maps[1], &children[1][i]);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		ck_assert_ptr_eq(keyset_find(&k, &maps[0], names[i]),
				 &children[0][i]);
		ck_assert_ptr_eq(keyset_find(&k, &maps[1], names[i]),
				 i % 2 ? &children[1][i] : NULL);
	}
	keyset_fini(&k);
}
END_TEST

START_TEST(the_first_of_equal_keys_stays)
{
	struct tree_node map = {0}, first = {.key = "a"}, second = {.key = "a"};
	struct keyset k;
	keyset_init(&k);
	keyset_add(&k, &map, &first);
	keyset_add(&k, &map, &second);
	ck_assert_ptr_eq(keyset_find(&k, &map, "a"), &first);
	ck_assert_uint_eq(k.count, 1);
	keyset_fini(&k);
}
END_TEST

START_TEST(a_text_that_comes_again_is_kept_once)
{
	struct arena a;
	struct keyset k;
	char text[] = "segment";
	arena_init(&a);
	keyset_init(&k);
	const char *one = keyset_text(&k, &a, text);
	ck_assert_ptr_ne(one, text);
	ck_assert_str_eq(one, "segment");
	ck_assert_ptr_eq(keyset_text(&k, &a, text), one);
	ck_assert_str_eq(keyset_text(&k, &a, "address"), "address");
	keyset_fini(&k);
	arena_fini(&a);
}
END_TEST

Suite *keyset_test_suite(void);
Suite *keyset_test_suite(void)
{
	Suite *s = suite_create("topology/lang/keyset");
	TCase *c = tcase_create("keyset");
	tcase_add_test(c, each_map_has_its_own_keys);
	tcase_add_test(c, the_first_of_equal_keys_stays);
	tcase_add_test(c, a_text_that_comes_again_is_kept_once);
	suite_add_tcase(s, c);
	return s;
}
