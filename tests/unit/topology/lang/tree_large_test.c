/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "sim/base/str.h"
#include "topology/lang/tree.h"

#define MANY 40 /* keys: more than are compared one by one */

static void add_many(struct str *s, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		str_addf(s, "k%u: %u\n", i, i);
}

static struct tree *parse(const struct str *s, struct diag *d)
{
	return tree_parse("t", str_text(s), s->len, d);
}

/* The message with its place: "line:column". */
static void expect_said(struct diag *d, const char *part)
{
	struct str said = {0};
	diag_print(d, false, &said);
	ck_assert_msg(strstr(str_text(&said), part) != NULL, "%s",
		      str_text(&said));
	str_fini(&said);
}

/* Whether the first or the last key of a large map comes again. */
START_TEST(a_key_twice_in_a_large_map_is_found)
{
	static const char *const again[] = {"k0: x\n", "k39: x\n"};
	static const char *const said[] = {
		"t:41:1: error: the key 'k0' is already there",
		"t:41:1: error: the key 'k39' is already there"};
	struct diag d;
	struct str s = {0};
	diag_init(&d);
	add_many(&s, MANY);
	str_add(&s, again[_i]);
	ck_assert_ptr_null(parse(&s, &d));
	expect_said(&d, said[_i]);
	diag_fini(&d);
	str_fini(&s);
}
END_TEST

START_TEST(the_same_key_in_two_large_maps_is_fine)
{
	struct diag d;
	struct str s = {0};
	diag_init(&d);
	for (unsigned m = 0; m < 2; m++) {
		str_addf(&s, "m%u:\n", m);
		for (unsigned i = 0; i < MANY; i++)
			str_addf(&s, "  k%u: %u\n", i, m);
	}
	struct tree *t = parse(&s, &d);
	ck_assert_ptr_nonnull(t);
	const struct tree_node *second = tree_get(t->root, "m1");
	ck_assert_str_eq(tree_get(second, "k39")->text, "1");
	tree_free(t);
	diag_fini(&d);
	str_fini(&s);
}
END_TEST

/* Places count bytes, libyaml characters: everything before has two or three
 * bytes each. */
START_TEST(places_count_bytes)
{
	static const char text[] = "\"\xc3\xa9\": \"\xe2\x82\xac\"\nb: x\n";
	struct diag d;
	unsigned line, column;
	diag_init(&d);
	struct tree *t = tree_parse("t", text, strlen(text), &d);
	ck_assert_ptr_nonnull(t);
	const struct tree_node *n = tree_get(t->root, "\xc3\xa9");
	ck_assert_uint_eq(n->at.offset, 6);
	ck_assert_uint_eq(n->at.len, 5);
	n = tree_get(t->root, "b");
	ck_assert(diag_where(&d, n->at, &line, &column));
	ck_assert_uint_eq(line, 2);
	ck_assert_uint_eq(column, 4);
	tree_free(t);
	diag_fini(&d);
}
END_TEST

static struct tree *merged(const char *base, const char *patch, struct diag *d)
{
	struct tree *b = tree_parse("base", base, strlen(base), d);
	struct tree *p = tree_parse("patch", patch, strlen(patch), d);
	ck_assert(b && p);
	struct tree *t = tree_merge(b, p->root, d);
	tree_free(b);
	tree_free(p);
	return t;
}

static void print(const struct tree_node *n, struct str *s)
{
	if (n->key)
		str_addf(s, "%s:", n->key);
	if (n->kind == TREE_SCALAR)
		str_add(s, n->text);
	if (n->kind == TREE_NULL)
		str_add(s, "null");
	if (n->kind != TREE_MAP)
		return;
	str_add(s, "{");
	for (const struct tree_node *c = n->first; c; c = c->next) {
		print(c, s);
		str_add(s, c->next ? "," : "");
	}
	str_add(s, "}");
}

/* Most are from RFC 7396, appendix A. */
static const struct {
	const char *base, *patch, *result;
} merges[] = {
	{"{a: b}", "{a: c}", "{a:c}"},
	{"{a: b}", "{b: c}", "{a:b,b:c}"},
	{"{a: b, b: c}", "{a: null}", "{b:c}"},
	{"{a: {b: c}}", "{a: {b: d, c: e}}", "{a:{b:d,c:e}}"},
	{"{a: {b: c}}", "{a: x}", "{a:x}"},
	{"{a: x}", "{a: {b: c}}", "{a:{b:c}}"},
	{"{a: {b: c, d: e}}", "{f: {g: h, i: null}, a: {d: null}}",
	 "{a:{b:c},f:{g:h}}"},
	{"{a: 1, b: 2, c: 3}", "{d: 4, b: null, a: 5}", "{a:5,c:3,d:4}"},
};

START_TEST(a_patch_merges)
{
	struct diag d;
	struct str s = {0};
	diag_init(&d);
	struct tree *t = merged(merges[_i].base, merges[_i].patch, &d);
	ck_assert_ptr_nonnull(t);
	print(t->root, &s);
	ck_assert_str_eq(str_text(&s), merges[_i].result);
	str_fini(&s);
	tree_free(t);
	diag_fini(&d);
}
END_TEST

START_TEST(what_is_not_there_cannot_be_deleted)
{
	struct diag d;
	diag_init(&d);
	ck_assert_ptr_null(merged("{abc: {x: 1}}", "{abd: null}", &d));
	expect_said(&d, "there is no 'abd' here to delete");
	expect_said(&d, "did you mean 'abc'?");
	diag_fini(&d);
}
END_TEST

Suite *tree_large_test_suite(void);
Suite *tree_large_test_suite(void)
{
	Suite *s = suite_create("topology/lang/tree, large");
	TCase *c = tcase_create("tree_large");
	tcase_add_loop_test(c, a_key_twice_in_a_large_map_is_found, 0, 2);
	tcase_add_test(c, the_same_key_in_two_large_maps_is_fine);
	tcase_add_test(c, places_count_bytes);
	tcase_add_loop_test(c, a_patch_merges, 0,
			    sizeof(merges) / sizeof(merges[0]));
	tcase_add_test(c, what_is_not_there_cannot_be_deleted);
	suite_add_tcase(s, c);
	return s;
}
