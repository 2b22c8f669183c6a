#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every house rule that a machine can check, quickest first. Exit 1 if one is
# broken; the offending place is named.
cd "$(dirname "$0")/../.." || exit 1
failed=0
for rule in layers fences sizes chapters format names; do
	if ! out=$(tools/lint/$rule.sh 2>&1); then
		failed=1
		printf '%s\n' "$out"
		echo "lint: $rule failed"
	else
		[ -z "$out" ] || printf '%s\n' "$out"
	fi
done
exit $failed
