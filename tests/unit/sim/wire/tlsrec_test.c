/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/tlsrec.h"

#include <check.h>

#include "tests/unit/suites.h"

static const struct {
	uint8_t bytes[6];
	size_t len;
	const char *name;
} rows[] = {
	{{22, 3, 1, 0, 200, 1}, 6, "TLS ClientHello"},
	{{22, 3, 3, 0, 90, 2}, 6, "TLS ServerHello"},
	{{22, 3, 3, 0, 90, 11}, 6, "TLS handshake"},
	{{22, 3, 3, 0, 90}, 5, "TLS handshake"},
	{{20, 3, 3, 0, 1, 1}, 6, "TLS handshake"},
	{{21, 3, 3, 0, 2, 2}, 6, "TLS alert"},
	{{23, 3, 3, 0x40, 0x11, 0}, 6, "TLS data"},
	{{23, 3, 3, 0x60, 0, 0}, 6, NULL}, /* longer than a record may be */
	{{23, 3, 3, 0x48, 0, 0}, 6, "TLS data"},
	{{23, 3, 3, 0x48, 1, 0}, 6, NULL},
	{{23, 3, 4, 0, 2, 2}, 6, "TLS data"},
	{{23, 3, 5, 0, 2, 2}, 6, NULL},
	{{23, 4, 0, 0, 2, 2}, 6, NULL},
	{{19, 3, 3, 0, 2, 2}, 6, NULL},
	{{23, 3, 3, 0}, 4, NULL},
	{{24, 3, 3, 0, 2, 2}, 6, NULL},
	{{23, 2, 0, 0, 2, 2}, 6, NULL},
	{"HTTP/", 5, NULL},
	{{0}, 0, NULL},
};

START_TEST(records_are_known_by_their_first_bytes)
{
	const char *name = tlsrec_name(rows[_i].bytes, rows[_i].len);
	if (rows[_i].name)
		ck_assert_pstr_eq(name, rows[_i].name);
	else
		ck_assert_ptr_null(name);
}
END_TEST

Suite *tlsrec_test_suite(void);
Suite *tlsrec_test_suite(void)
{
	Suite *s = suite_create("wire/tlsrec");
	TCase *c = tcase_create("tlsrec");
	tcase_add_loop_test(c, records_are_known_by_their_first_bytes, 0,
			    sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(s, c);
	return s;
}
