#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every folder has a README, its chapter of the manual, and the chapters of code
# name no source that is not there. The folders of tests/unit mirror the tree and
# share one, as those of data do.
failed=0
for folder in $(git ls-files sim topology scenarios tests tools | sed 's|/[^/]*$||' |
	sort -u); do
	case $folder in
	tests/unit/* | tests/lang/* | tests/golden/* | tests/kernel/*) continue ;;
	esac
	[ -f "$folder/README.md" ] || {
		echo "$folder: no README.md"
		failed=1
		continue
	}
	for name in $(grep -oE '`[a-z0-9_]+\.(c|h|sh|py|\[ch\])`' "$folder/README.md" |
		tr -d '`'); do
		case $name in
		*.\[ch\]) first=${name%.*}.h ;;
		*) first=$name ;;
		esac
		[ -f "$folder/$first" ] || [ -n "$(git ls-files "*/$first")" ] || {
			echo "$folder/README.md: there is no $first"
			failed=1
		}
	done
done
exit $failed
