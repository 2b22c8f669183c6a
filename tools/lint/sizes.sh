#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Budgets: a function has at most 60 lines and 5 parameters, a source file 500
# lines; the median function at most 15 lines, the 95th percentile 45. A line
# of tools/lint/exceptions (path, function or "file", reason) lifts one.
lengths=$(mktemp)
trap 'rm -f "$lengths"' EXIT
failed=0
layers=$(sed -n '/^LAYERS :=/,/[^\\]$/p' Makefile | tr -d '\\' |
	sed 's/^LAYERS :=//')
find $layers -maxdepth 1 -name '*.[ch]' | sort |
	xargs awk -v lengths="$lengths" '
BEGIN { while ((getline line < "tools/lint/exceptions") > 0)
	if (line !~ /^#/) { split(line, f, " "); spared[f[1] " " f[2]] = 1 } }
function bad(what, text) {
	if ((FILENAME " " what) in spared) return
	print FILENAME ":" start ": " text; failed = 1
}
FNR == 1 { if (last && lines > 500 && !((last " file") in spared)) {
		print last ": " lines " lines; split it (500)"; failed = 1 }
	head = ""; last = FILENAME; inside = 0 }
{ lines = FNR }
!inside && /^[a-z].*\(/ && !/;$/ && !/^(struct|enum|union|typedef|static const).*[={]$/ {
	head = $0; start = FNR; next }
!inside && head != "" && !/^{/ { if (/;$/ || /^}/) head = ""; else head = head " " $0; next }
!inside && /^{/ && head != "" { inside = 1; next }
inside && /^}/ {
	inside = 0
	count = FNR - start + 1
	print count > lengths
	name = head; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
	if (count > 60) bad(name, name "() has " count " lines (60)")
	args = head; sub(/^[^(]*\(/, "", args); depth = 0; params = 1
	for (i = 1; i <= length(args); i++) {
		c = substr(args, i, 1)
		if (c == "(") depth++
		else if (c == ")") { if (depth-- == 0) break }
		else if (c == "," && depth == 0) params++
	}
	if (params > 5) bad(name, name "() has " params " parameters (5)")
	head = ""
}
END { if (lines > 500 && !((last " file") in spared)) {
	print last ": " lines " lines; split it (500)"; failed = 1 }
	exit failed }' || failed=1
sort -n "$lengths" | awk '{ v[NR] = $1 } END {
	if (!NR) exit 0
	median = v[int((NR + 1) / 2)]; high = v[int(NR * 0.95 + 0.5)]
	if (median > 15 || high > 45) {
		printf "%d functions: median %d lines (15), 95th percentile %d (45)\n", NR, median, high
		exit 1
	} }' || failed=1
exit $failed
