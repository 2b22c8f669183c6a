#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh [build|live]: installs the Debian packages that build and tests need,
# with "build" for the build alone, with "live" for tests/live too, when we may
# (root, or sudo without a password); else names them. Quiet if all are there.
set -eu
need="gcc make libc6-dev libssl-dev libnet1-dev libpcap-dev uthash-dev libyaml-dev
libjansson-dev"
[ "${1:-}" = build ] || need="$need check tshark tcpdump iproute2 libnftables-dev mandoc
libxml2-utils python3-jsonschema python3-scapy python3-yaml"
[ "${1:-}" != live ] || need="$need iproute2 util-linux openssl bind9-dnsutils
dnsmasq-base skopeo docker-registry coturn"
[ -z "${CI:-}" ] || need="$need clang clang-format libclang-rt-14-dev
valgrind"
command -v dpkg-query >/dev/null || {
	echo "not a Debian system; install the equivalent of:" $need >&2
	exit 0
}
missing=
for p in $need; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
[ -n "$missing" ] || exit 0
as=
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		as="sudo -n"
	else
		echo "please install (as root): apt-get install$missing" >&2
		exit 1
	fi
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$as apt-get update -qq >&2
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	--no-install-recommends $missing >&2
