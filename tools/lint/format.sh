#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layout is clang-format's business (make format); each file names its licence.
failed=0
files=$(git ls-files '*.[ch]')
for f in $files $(git ls-files '*.sh'); do
	[ -f "$f" ] || continue
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
		echo "$f:1: no SPDX line"
		failed=1
	}
done
if command -v clang-format >/dev/null; then
	for f in $files; do [ -f "$f" ] && echo "$f"; done |
		xargs -P 2 -n 16 clang-format --dry-run -Werror 2>&1 |
		grep -E '^[^ ].*error' | head -n 20 | grep . && failed=1
else
	echo "format: clang-format is not installed, layout not checked"
fi
exit $failed
