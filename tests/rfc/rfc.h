/* SPDX-License-Identifier: Apache-2.0 */
/* Requirements of RFCs as data: what each asks for, how the simulated gateway
 * does, and the test that shows it. Each row with a test is run; a row whose
 * verdict is another than RFC_MEETS says why, and its test shows what happens
 * instead. */
#ifndef RFC_H
#define RFC_H

#include <check.h>
#include <stddef.h>

enum rfc_verdict {
	RFC_MEETS,
	RFC_NSX,   /* NSX differs; 'why' has the source */
	RFC_PLAIN, /* NSX does not say, and the plainest differs */
	RFC_APART, /* does not apply; no test */
};

struct rfc_row {
	const char *id;	   /* "REQ-5a", "5.2.3" */
	const char *level; /* MUST, SHOULD, MAY */
	const char *says;  /* in our words */
	enum rfc_verdict verdict;
	const char *why;   /* NULL if it meets it */
	const TTest *test; /* RFC_TEST(name), NULL if it does not apply */
};

/* START_TEST(name) of check makes a variable, which a table cannot begin with;
 * this makes a constant: RFC_CASE(name) { ... }, and RFC_TEST(name) in its row. */
#define RFC_CASE(name)                                                         \
	static void name(int);                                                 \
	static const TTest name##_case = {#name, name, __FILE__, __LINE__};    \
	static void name(int _i __attribute__((unused)))
#define RFC_TEST(name) &name##_case

struct rfc_part {
	unsigned number; /* 4787 */
	const char *about;
	const struct rfc_row *rows;
	size_t count;
	void (*setup)(void), (*teardown)(void);
};

extern const struct rfc_part rfc_udp, rfc_tcp, rfc_icmp, rfc_router;

#endif
