#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A folder is a layer; look left only: an include names a file from the root,
# in the same layer or one to its left in the Makefile's LAYERS; a source
# includes its own header first. Nothing includes tests.
layers=$(sed -n '/^LAYERS :=/,/[^\\]$/p' Makefile | tr -d '\\' |
	sed 's/^LAYERS :=//')
find $layers -maxdepth 1 -name '*.[ch]' | sort |
	xargs awk -v list="$(echo $layers)" '
function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
BEGIN { n = split(list, order, " "); for (i = 1; i <= n; i++) rank[order[i]] = i }
FNR == 1 { mine = folder(FILENAME); first = 1
	own = FILENAME; has = 0
	if (own ~ /\.c$/) {
		sub(/\.c$/, ".h", own)
		has = (getline line < own) > 0
		close(own)
	} }
/^[ \t]*#[ \t]*include/ {
	if ($0 ~ /"/) {
		split($0, part, "\""); what = part[2]
		if (what !~ /\//) { bad("include \"" what "\" from the root"); next }
		if (has && first && what != own) bad("its own header " own " comes first")
		if (!(folder(what) in rank)) bad(what " is in no layer")
		else if (rank[folder(what)] > rank[mine])
			bad(what " stands to the right of " mine)
	} else if (has && first) bad("its own header " own " comes first")
	first = 0
}
function bad(text) { print FILENAME ":" FNR ": " text; failed = 1 }
END { exit failed }'
