/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite in one SRunner; CK_TAP_LOG_FILE_NAME and the other CK_
 * variables of check work as documented there. Exit 1 if a check failed. */
#include <stdio.h>

#include "tests/unit/suites.h"

int main(void)
{
	if (!suites[0]) {
		fputs("no suites: nothing would be tested\n", stderr);
		return 3;
	}
	SRunner *runner = srunner_create(suites[0]());
	for (size_t i = 1; suites[i]; i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
