/* SPDX-License-Identifier: Apache-2.0 */
/* unit-tests [SUITE...]: runs those, or every suite, in one SRunner;
 * CK_TAP_LOG_FILE_NAME and the other CK_ variables of check work as documented
 * there. Exit 1 if a check failed, 3 if there was none. */
#include <stdio.h>

#include "tests/unit/suites.h"

int main(int argc, char **argv)
{
	if (!suites[0]) {
		fputs("no suites: nothing would be tested\n", stderr);
		return 3;
	}
	SRunner *runner = srunner_create(suites[0]());
	for (size_t i = 1; suites[i]; i++)
		srunner_add_suite(runner, suites[i]());
	for (int i = 1; i < argc; i++)
		srunner_run(runner, argv[i], NULL, CK_ENV);
	if (argc == 1)
		srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	int run = srunner_ntests_run(runner);
	srunner_free(runner);
	return failed ? 1 : run ? 0 : 3;
}
