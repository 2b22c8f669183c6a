/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/lang/tree.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/str.h"
#include "tests/unit/suites.h"

static struct diag d;
static struct tree *t;
static struct str said;

static void parse(const char *text)
{
	diag_init(&d);
	t = tree_parse("t.yaml", text, strlen(text), &d);
	str_clear(&said);
	diag_print(&d, false, &said);
}

static void clean(void)
{
	tree_free(t);
	t = NULL;
	diag_fini(&d);
	str_fini(&said);
}

static void says(const char *part)
{
	ck_assert_ptr_null(t);
	ck_assert_msg(strstr(str_text(&said), part), "no \"%s\" in: %s", part,
		      str_text(&said));
}

START_TEST(maps_lists_and_scalars_keep_their_order)
{
	parse("b: 1\na: [x, {y: z}]\nc:\n");
	ck_assert_ptr_nonnull(t);
	const struct tree_node *b = t->root->first, *a = b->next;
	ck_assert_str_eq(b->key, "b");
	ck_assert_str_eq(b->text, "1");
	ck_assert_int_eq(a->kind, TREE_LIST);
	ck_assert_str_eq(a->first->text, "x");
	ck_assert_str_eq(tree_get(a->first->next, "y")->text, "z");
	ck_assert_int_eq(a->next->kind, TREE_NULL);
	ck_assert_ptr_null(a->next->next);
	ck_assert_ptr_null(tree_get(t->root, "d"));
}
END_TEST

START_TEST(quotes_keep_a_null_from_being_one)
{
	parse("a: null\nb: \"null\"\nc: ~\nd: '1'\n");
	ck_assert_int_eq(tree_get(t->root, "a")->kind, TREE_NULL);
	ck_assert_int_eq(tree_get(t->root, "b")->kind, TREE_SCALAR);
	ck_assert(tree_get(t->root, "b")->quoted);
	ck_assert_int_eq(tree_get(t->root, "c")->kind, TREE_NULL);
	ck_assert(tree_get(t->root, "d")->quoted);
}
END_TEST

START_TEST(json_is_yaml)
{
	parse("{\"a\": {\"b\": [1, true, null]}}");
	ck_assert_str_eq(tree_get(tree_get(t->root, "a"), "b")->first->text,
			 "1");
}
END_TEST

static const char *const placed[] = {
	"one: 1\ntwo:\n  three: x\n",
	"one: \"\xc3\xa4\xe2\x82\xac\"\ntwo:\n  three: x\n",
};

START_TEST(everything_knows_where_it_stood)
{
	struct str s = {0};
	parse(placed[_i]);
	const struct tree_node *n = tree_get(tree_get(t->root, "two"), "three");
	diag_error(&d, n->at, "here");
	diag_error(&d, n->key_at, "there");
	diag_print(&d, false, &s);
	ck_assert_ptr_nonnull(strstr(str_text(&s), "t.yaml:3:10: error: here"));
	ck_assert_ptr_nonnull(strstr(str_text(&s), "t.yaml:3:3: error: there"));
	str_fini(&s);
}
END_TEST

static const struct {
	const char *text, *says;
} wrong[] = {
	{"a: [\n", "t.yaml:"},
	{"a: 1\na: 2\n", "first"},
	{"a: &x 1\nb: *x\n", "t.yaml:2:4: error"},
	{"- a\n", "t.yaml:1:1: error"},
	{"", "empty"},
	{"a: 1\n---\nb: 2\n", "t.yaml:"},
	{"a:\tb: c\n", "t.yaml:1:"},
};

START_TEST(what_is_no_map_of_ours_is_refused_with_its_place)
{
	parse(wrong[_i].text);
	says(wrong[_i].says);
}
END_TEST

START_TEST(depth_has_a_limit)
{
	struct str s = {0};
	str_add(&s, "a: ");
	str_pad(&s, '[', TREE_DEPTH_MAX + 1);
	str_pad(&s, ']', TREE_DEPTH_MAX + 1);
	parse(str_text(&s));
	says("error");
	str_fini(&s);
}
END_TEST

/* RFC 7396, section 3 and its examples. */
static const struct {
	const char *base, *patch, *path, *text;
} merges[] = {
	{"{a: {b: 1, c: 2}}", "{a: {b: 3}}", "a.b", "3"},
	{"{a: {b: 1, c: 2}}", "{a: {b: 3}}", "a.c", "2"},
	{"{a: {b: 1}}", "{a: {d: {e: 4}}}", "a.d.e", "4"},
	{"{a: {b: 1}}", "{a: 5}", "a", "5"},
	{"{a: [1, 2]}", "{a: 6}", "a", "6"},
	{"{a: 1}", "{a: {b: 7}}", "a.b", "7"},
	{"{a: {b: 1, c: 2}}", "{a: {b: null}}", "a.b", NULL},
	{"{a: {b: 1, c: 2}}", "{a: {b: null}}", "a.c", "2"},
};

static const struct tree_node *at_path(const struct tree *tree,
				       const char *path)
{
	char copy[32];
	const struct tree_node *n = tree->root;
	strcpy(copy, path);
	for (char *key = strtok(copy, "."); key && n; key = strtok(NULL, "."))
		n = tree_get(n, key);
	return n;
}

START_TEST(a_patch_merges_as_rfc_7396_has_it)
{
	struct tree *patch;
	parse(merges[_i].base);
	patch = tree_parse("p", merges[_i].patch, strlen(merges[_i].patch), &d);
	struct tree *merged = tree_merge(t, patch->root, &d);
	ck_assert_ptr_nonnull(merged);
	const struct tree_node *n = at_path(merged, merges[_i].path);
	if (merges[_i].text)
		ck_assert_str_eq(n->text, merges[_i].text);
	else
		ck_assert_ptr_null(n);
	tree_free(patch);
	/* The copy is deep: the base may go first. */
	tree_free(t);
	t = NULL;
	ck_assert(!merges[_i].text || *at_path(merged, merges[_i].path)->text);
	tree_free(merged);
}
END_TEST

START_TEST(deleting_what_is_not_there_is_a_slip)
{
	parse("{nat_rules: {tkg: 1}}");
	struct tree *patch =
		tree_parse("p", "{nat_rules: {tgk: null}}", 24, &d);
	ck_assert_ptr_null(tree_merge(t, patch->root, &d));
	str_clear(&said);
	diag_print(&d, false, &said);
	ck_assert_ptr_nonnull(strstr(str_text(&said), "did you mean 'tkg'"));
	tree_free(patch);
}
END_TEST

START_TEST(a_missing_file_is_told)
{
	diag_init(&d);
	t = tree_load("/nonexistent/x.yaml", &d);
	diag_print(&d, false, &said);
	says("No such file");
}
END_TEST

Suite *tree_test_suite(void);
Suite *tree_test_suite(void)
{
	Suite *s = suite_create("topology/lang/tree");
	TCase *c = tcase_create("tree");
	tcase_add_checked_fixture(c, NULL, clean);
	tcase_add_test(c, maps_lists_and_scalars_keep_their_order);
	tcase_add_test(c, quotes_keep_a_null_from_being_one);
	tcase_add_test(c, json_is_yaml);
	tcase_add_loop_test(c, everything_knows_where_it_stood, 0, 2);
	tcase_add_loop_test(c, what_is_no_map_of_ours_is_refused_with_its_place,
			    0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(c, depth_has_a_limit);
	tcase_add_loop_test(c, a_patch_merges_as_rfc_7396_has_it, 0,
			    sizeof(merges) / sizeof(merges[0]));
	tcase_add_test(c, deleting_what_is_not_there_is_a_slip);
	tcase_add_test(c, a_missing_file_is_told);
	suite_add_tcase(s, c);
	return s;
}
