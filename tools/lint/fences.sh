#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each library behind one door: a header, and the only places that include it.
failed=0
fence() { # header, allowed files (an extended regular expression)
	found=$(grep -rlE "#[ \t]*include <$1" --include='*.[ch]' \
		sim topology scenarios tools tests 2>/dev/null | grep -vE "$2")
	[ -z "$found" ] && return
	echo "$found" | awk -v what="<$1> belongs behind $2" '{ print $0 ": " what }'
	failed=1
}
fence 'libnet\.h' '^sim/host/craft\.c$|^tests/oracle/'
fence 'pcap' '^sim/record/(capture|capfilter|capread)\.c$'
fence 'uthash\.h' '^topology/model/symbol\.c$'
fence 'yaml\.h' '^topology/lang/'
fence 'jansson\.h' '^tools/report/|^tests/'
fence 'openssl/' '^sim/host/tls(_cert|_rand)?\.[ch]$'
fence 'check\.h' '^tests/'
# Chance and time have one source each, and only the program ends the program.
calls() { # function, allowed files
	found=$(grep -rnE "(^|[^a-z_>.])$1 *\(" --include='*.c' sim topology \
		scenarios tools | grep -vE "$2")
	[ -z "$found" ] && return
	echo "$found" | awk -v what="$1()" '{ print $0 "   <- " what " is not for this layer" }'
	failed=1
}
calls '(rand|random|srand|drand48)' '^$'
calls '(time|gettimeofday|clock_gettime|clock_nanosleep)' '^tools/live/wallclock\.c'
calls '(exit|_exit)' '^tools/tierpath/|^sim/base/mem\.c'
calls '(malloc|calloc|realloc|free)' \
	'^sim/base/mem\.c|^sim/host/craft\.c|^tools/report/[a-z]*json'
exit $failed
