#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the peers need and builds them into $1/peers. With names as
# further arguments, only those: tests/bench/peers.sh build/release lpm hash
#
# A peer is one file, tests/bench/peer_NAME.c, .cc, .py or .sh. Comment lines
# near its top tell what it needs, each one line, both may be left out:
#
#     peer: packages libdpdk-dev pkg-config
#     peer: flags $(pkg-config --cflags --libs libdpdk)
#     peer: unpacked ovn-central
#
# Packages are Debian's; flags go to the compiler, after the file. What is only
# unpacked, into $1/peers/.root, starts no service as its installation would. A
# peer is
# optimised for this very machine (-O3 -march=native), which tierpath is not.
# A peer that cannot be built is told about and left out.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=${1:?usage: tests/bench/peers.sh BUILD-DIRECTORY [NAME...]}/peers
shift
mkdir -p "$out"
failed=0

# what_of KEY FILE: the rest of the line "peer: KEY ..." in the file's head.
what_of() {
	sed -n "1,40s|.*peer: $1 \(.*\)|\1|p" "$2" | sed 's| *\*/ *$||' | head -n 1
}

install_missing() {
	local missing=()
	for p in $1; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null |
			grep -q 'ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	echo "peers: installing ${missing[*]}"
	local sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends "${missing[@]}" > "$out/.apt.log" 2>&1 ||
		{ tail -n 5 "$out/.apt.log" >&2; return 1; }
}

unpack() {
	for p in $1; do
		[ -e "$out/.root/.$p" ] && continue
		mkdir -p "$out/.debs" "$out/.root"
		(cd "$out/.debs" && apt-get download -qq "$p") &&
			dpkg -x "$out/.debs/$p"_*.deb "$out/.root" &&
			touch "$out/.root/.$p" || return 1
	done
}

build() {
	local file=$1 to=$2 flags
	flags=$(eval "echo $(what_of flags "$file")") || return 1
	case $file in
	*.c) ${CC:-gcc} -std=gnu11 -O3 -march=native -I. -o "$to" "$file" $flags ;;
	*.cc) ${CXX:-g++} -O3 -march=native -I. -o "$to" "$file" $flags ;;
	*) install -m 755 "$file" "$to" ;;
	esac
}

for file in tests/bench/peer_*.c tests/bench/peer_*.cc tests/bench/peer_*.py tests/bench/peer_*.sh; do
	[ -e "$file" ] || continue
	name=$(basename "$file")
	name=${name#peer_} name=${name%.*}
	[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
	if install_missing "$(what_of packages "$file")" &&
		unpack "$(what_of unpacked "$file")" && build "$file" "$out/$name"; then
		echo "peers: $name is ready"
	else
		echo "peers: $name cannot be built" >&2
		rm -f "$out/$name"
		failed=1
	fi
done
exit $failed
