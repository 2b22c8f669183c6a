#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ovn-trace on the path of trace_process: a pod on a Tier-1 with SNAT, a Tier-0
# with NAT one to one, a router outside, the registry. OVN's databases and
# northd run in a folder of their own while this runs; nothing else is touched.
# The path is shorter than tierpath's by all that ovn-trace leaves out: it
# follows one packet one way, without ARP, without an answer.
#
# peer: packages ovn-common openvswitch-common
# peer: unpacked ovn-central
set -eu
[ $# = 0 ] || [[ " $* " == *" trace_process "* ]] || exit 0
here=$(cd "$(dirname "$0")" && pwd)
northd=$here/.root/usr/bin/ovn-northd
schemas=$here/.root/usr/share/ovn
for needed in ovsdb-server ovsdb-tool ovn-nbctl ovn-trace; do
	command -v $needed > /dev/null || { echo "ovn: skipped: no $needed" >&2; exit 77; }
done
[ -x "$northd" ] || { echo "ovn: skipped: no ovn-northd" >&2; exit 77; }

dir=$(mktemp -d)
export OVN_RUNDIR=$dir OVS_RUNDIR=$dir
started=()
finish() {
	for pid in "${started[@]}"; do kill "$pid" 2> /dev/null || true; done
	wait
	rm -rf "$dir"
}
trap finish EXIT

for db in nb sb; do
	ovsdb-tool create "$dir/$db.db" "$schemas/ovn-$db.ovsschema"
	ovsdb-server --remote=punix:"$dir/$db.sock" --unixctl="$dir/$db.ctl" \
		--log-file=/dev/null "$dir/$db.db" > /dev/null 2>&1 &
	started+=($!)
done
nb=unix:$dir/nb.sock sb=unix:$dir/sb.sock
for db in nb sb; do
	for _ in $(seq 100); do [ -S "$dir/$db.sock" ] && break; sleep 0.05; done
done
"$northd" --ovnnb-db="$nb" --ovnsb-db="$sb" --unixctl="$dir/northd.ctl" \
	--log-file=/dev/null > /dev/null 2>&1 &
started+=($!)

# link SWITCH ROUTER MAC ADDRESS: a router's port, and the switch's side of it
link=()
link() {
	link+=(-- lrp-add "$2" "$2-$1" "$3" "$4" -- lsp-add "$1" "$1-$2"
		-- lsp-set-type "$1-$2" router -- lsp-set-addresses "$1-$2" router
		-- lsp-set-options "$1-$2" "router-port=$2-$1")
}
link pods t1 00:00:00:00:01:01 10.244.0.129/28
link join t1 00:00:00:00:01:02 100.64.0.1/31
link join t0 00:00:00:00:02:01 100.64.0.0/31
link uplink t0 00:00:00:00:02:02 10.27.51.145/24
link uplink upstream 00:00:00:00:03:01 10.27.51.254/24
link internet upstream 00:00:00:00:03:02 74.125.133.1/24
ovn-nbctl --db="$nb" --timeout=20 --wait=sb init \
	-- ls-add pods -- ls-add join -- ls-add uplink -- ls-add internet \
	-- lr-add t1 -- lr-add t0 -- lr-add upstream \
	-- set logical_router t1 options:chassis=edge -- set logical_router t0 options:chassis=edge \
	"${link[@]}" \
	-- lsp-add pods pod -- lsp-set-addresses pod "00:00:00:00:00:0a 10.244.0.130" \
	-- lsp-add internet registry -- lsp-set-addresses registry "00:00:00:00:00:0b 74.125.133.82" \
	-- lr-route-add t1 0.0.0.0/0 100.64.0.0 \
	-- lr-route-add t0 0.0.0.0/0 10.27.51.254 -- lr-route-add t0 30.0.0.0/24 100.64.0.1 \
	-- lr-nat-add t1 snat 30.0.0.5 10.244.0.128/28 \
	-- lr-nat-add t0 snat 10.27.51.145 30.0.0.5

packet='inport == "pod" && eth.src == 00:00:00:00:00:0a && eth.dst == 00:00:00:00:01:01
	&& ip4.src == 10.244.0.130 && ip4.dst == 74.125.133.82 && ip.ttl == 64
	&& tcp.src == 40346 && tcp.dst == 443'
trace=(ovn-trace --db="$sb" pods "$packet")
"${trace[@]}" > "$dir/out"
grep -q 'output to "registry"' "$dir/out" || { echo "ovn: the packet does not arrive" >&2; exit 1; }
set -- $("$here/../bench" --time 30 "${trace[@]}")
echo "trace_process ovn-trace $1 $2 $3"
