/* SPDX-License-Identifier: Apache-2.0 */
/* A small table of all kinds of fields: read (schema.c, schema_value.c), and
 * printed as a JSON Schema (schema_print.c). */
#include "topology/lang/schema.h"

#include <check.h>
#include <string.h>

#include "tests/unit/suites.h"

enum color { RED, GREEN };

struct part {
	struct schema_id id;
	uint16_t port;
};

struct thing {
	const char *text;
	bool flag, has_count;
	uint8_t count;
	ip4 ip;
	struct addr_prefix prefix;
	struct addr_if address;
	struct addr_ports ports;
	uint64_t delay;
	enum color color;
	unsigned flags;
	struct schema_ref ref;
	SCHEMA_LIST(ip4) ips;
	SCHEMA_LIST(struct part) parts;
	const struct tree_node *tree;
	struct diag_place ip_at;
};

#define AT(member) .offset = offsetof(struct thing, member)

static const char *const colors[] = {"RED", "GREEN", NULL};
static const struct schema_field ip_item = {
	.name = "ip", .doc = "d", .kind = SCHEMA_IP};
static const struct schema_field part_fields[] = {
	{.name = "port",
	 .doc = "d",
	 .kind = SCHEMA_UINT,
	 .offset = offsetof(struct part, port),
	 .size = 2,
	 .min = 1,
	 .max = 65535,
	 .required = true},
	{.name = NULL}};
static const struct schema_object part_object = {.name = "part",
						 .doc = "A part.",
						 .size = sizeof(struct part),
						 .fields = part_fields};
static const struct schema_field fields[] = {
	{.name = "text", .doc = "some words", .kind = SCHEMA_TEXT, AT(text)},
	{.name = "flag", .doc = "d", .kind = SCHEMA_BOOL, AT(flag)},
	{.name = "count",
	 .doc = "d",
	 .kind = SCHEMA_UINT,
	 .size = 1,
	 .max = 9,
	 AT(count),
	 .present = offsetof(struct thing, has_count)},
	{.name = "ip",
	 .doc = "d",
	 .kind = SCHEMA_IP,
	 AT(ip),
	 .place = offsetof(struct thing, ip_at)},
	{.name = "prefix", .doc = "d", .kind = SCHEMA_PREFIX, AT(prefix)},
	{.name = "address", .doc = "d", .kind = SCHEMA_IF, AT(address)},
	{.name = "ports", .doc = "d", .kind = SCHEMA_PORTS, AT(ports)},
	{.name = "delay", .doc = "d", .kind = SCHEMA_DURATION, AT(delay)},
	{.name = "color",
	 .doc = "d",
	 .kind = SCHEMA_ENUM,
	 .names = colors,
	 AT(color)},
	{.name = "flags",
	 .doc = "d",
	 .kind = SCHEMA_FLAGS,
	 .names = colors,
	 AT(flags)},
	{.name = "ref", .doc = "d", .kind = SCHEMA_NAME, AT(ref)},
	{.name = "ips",
	 .doc = "d",
	 .kind = SCHEMA_LIST_OF,
	 .item = &ip_item,
	 AT(ips)},
	{.name = "parts",
	 .doc = "d",
	 .kind = SCHEMA_MAP_OF,
	 .object = &part_object,
	 AT(parts)},
	{.name = "tree",
	 .doc = "d",
	 .kind = SCHEMA_TREE,
	 AT(tree),
	 .form = "{\"type\": \"object\"}"},
	{.name = NULL}};

static void defaults(void *record)
{
	((struct thing *)record)->count = 5;
}

static const struct schema_object object = {.name = "thing",
					    .doc = "A thing.",
					    .size = sizeof(struct thing),
					    .fields = fields,
					    .defaults = defaults};

static struct thing thing;
static struct arena arena;
static struct diag d;
static struct str said;
static struct tree *t;

static void read_text(const char *text)
{
	diag_init(&d);
	arena_init(&arena);
	memset(&thing, 0, sizeof(thing));
	t = tree_parse("t.yaml", text, strlen(text), &d);
	ck_assert_ptr_nonnull(t);
	struct schema_reader r = {&arena, &d, ""};
	defaults(&thing);
	schema_read(&r, &object, t->root, &thing);
	diag_print(&d, false, &said);
}

static void clean(void)
{
	tree_free(t);
	t = NULL;
	arena_fini(&arena);
	diag_fini(&d);
	str_fini(&said);
}

START_TEST(each_kind_lands_in_its_member)
{
	read_text("{text: a b, flag: true, count: 7, ip: 10.0.0.1, prefix: "
		  "10.0.0.0/8, address: 10.0.0.1/24, ports: 80-90, delay: "
		  "1.5 s, color: GREEN, flags: [GREEN], ref: other, ips: "
		  "[10.0.0.2, 10.0.0.3], parts: {a: {port: 1}, b: {port: "
		  "2}}, tree: {x: y}}");
	ck_assert_msg(!d.error_count, "%s", str_text(&said));
	ck_assert_str_eq(thing.text, "a b");
	ck_assert(thing.flag && thing.has_count);
	ck_assert_uint_eq(thing.count, 7);
	ck_assert_uint_eq(thing.ip.v, 0x0a000001);
	ck_assert_uint_eq(thing.prefix.len, 8);
	ck_assert_uint_eq(thing.address.len, 24);
	ck_assert_uint_eq(thing.ports.first, 80);
	ck_assert_uint_eq(thing.ports.last, 90);
	ck_assert_uint_eq(thing.delay, 1500000000);
	ck_assert_int_eq(thing.color, GREEN);
	ck_assert_uint_eq(thing.flags, 1U << GREEN);
	ck_assert_str_eq(thing.ref.name, "other");
	ck_assert_uint_eq(thing.ips.count, 2);
	ck_assert_uint_eq(thing.ips.at[1].v, 0x0a000003);
	ck_assert_uint_eq(thing.parts.count, 2);
	ck_assert_str_eq(thing.parts.at[1].id.name, "b");
	ck_assert_str_eq(thing.parts.at[1].id.path, "parts.b");
	ck_assert_uint_eq(thing.parts.at[1].port, 2);
	ck_assert_str_eq(tree_get(thing.tree, "x")->text, "y");
}
END_TEST

START_TEST(what_is_not_there_keeps_its_default)
{
	read_text("{text: x}");
	ck_assert_uint_eq(thing.count, 5);
	ck_assert(!thing.has_count);
	ck_assert_ptr_null(thing.ref.name);
	ck_assert_uint_eq(thing.parts.count, 0);
}
END_TEST

START_TEST(one_value_is_a_list_of_one)
{
	read_text("{ips: 10.0.0.9}");
	ck_assert_uint_eq(thing.ips.count, 1);
	ck_assert_uint_eq(thing.ips.at[0].v, 0x0a000009);
}
END_TEST

static const struct {
	const char *text;
	uint64_t ns;
} durations[] = {
	{"{delay: 10s}", 10000000000},	{"{delay: 250ms}", 250000000},
	{"{delay: 20us}", 20000},	{"{delay: 2m}", 120000000000},
	{"{delay: 1h}", 3600000000000}, {"{delay: 127.0 s}", 127000000000},
	{"{delay: 0.001 s}", 1000000},
};

START_TEST(durations_have_units)
{
	read_text(durations[_i].text);
	ck_assert_msg(!d.error_count, "%s", str_text(&said));
	ck_assert_uint_eq(thing.delay, durations[_i].ns);
}
END_TEST

static const struct {
	const char *text, *says;
} wrong[] = {
	{"{txet: x}", "t.yaml:1:2: error: thing has no key 'txet'"},
	{"{txet: x}", "did you mean 'text'"},
	{"{text: [a]}", "expected a text, found a list"},
	{"{flag: yes}", "'yes' is not true or false"},
	{"{count: 10}", "10 is more than 9"},
	{"{count: -1}", "'-1' is not a number"},
	{"{ip: 10.0.0}", "'10.0.0' is not an IPv4 address"},
	{"{prefix: 10.0.0.1/8}", "bits set beyond its length"},
	{"{address: 10.0.0.1}", "is not an interface address"},
	{"{ports: 9-8}", "is not a port or range of ports"},
	{"{delay: 10}", "'10' is not"},
	{"{color: GREN}", "did you mean 'GREEN'"},
	{"{flags: RED}", "lists are written [A, B]"},
	{"{parts: {a: {}}}", "part needs the key 'port'"},
	{"{parts: {a: {port: 0}}}", "0 is less than 1"},
	{"{parts: [1]}", "expected a map, found a list"},
	{"{tree: 1}", "'1' is not a map"},
};

START_TEST(a_mistake_is_told_with_what_was_expected)
{
	read_text(wrong[_i].text);
	ck_assert_uint_ge(d.error_count, 1);
	ck_assert_msg(strstr(str_text(&said), wrong[_i].says), "%s",
		      str_text(&said));
}
END_TEST

START_TEST(reading_goes_on_after_a_mistake)
{
	read_text("{count: x, ip: y, color: z, text: fine}");
	ck_assert_uint_eq(d.error_count, 3);
	ck_assert_str_eq(thing.text, "fine");
}
END_TEST

START_TEST(the_json_schema_says_the_same)
{
	static const char *const parts[] = {
		"\"title\": \"things\"",
		"\"$schema\": \"http://json-schema.org/draft-07/schema#\"",
		"\"description\": \"some words\"",
		"\"additionalProperties\": false",
		"\"RED\"",
		"\"maximum\": 9",
		"\"required\": [\"port\"]",
	};
	schema_print(&object, "things", &said);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ck_assert_msg(strstr(str_text(&said), parts[i]), "no %s in %s",
			      parts[i], str_text(&said));
	arena_init(&arena);
	diag_init(&d);
}
END_TEST

Suite *schema_test_suite(void);
Suite *schema_test_suite(void)
{
	Suite *s = suite_create("topology/lang/schema");
	TCase *c = tcase_create("schema");
	tcase_add_checked_fixture(c, NULL, clean);
	tcase_add_test(c, each_kind_lands_in_its_member);
	tcase_add_test(c, what_is_not_there_keeps_its_default);
	tcase_add_test(c, one_value_is_a_list_of_one);
	tcase_add_loop_test(c, durations_have_units, 0,
			    sizeof(durations) / sizeof(durations[0]));
	tcase_add_loop_test(c, a_mistake_is_told_with_what_was_expected, 0,
			    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(c, reading_goes_on_after_a_mistake);
	tcase_add_test(c, the_json_schema_says_the_same);
	suite_add_tcase(s, c);
	return s;
}
