#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a topology with COUNT of each: SNAT rules of one Tier-1 with an
address each, virtual servers on COUNT / 10 others, DNAT rules of the Tier-0,
rules of an access list.

    tests/bench/rules.py 20000 > rules.yaml
"""
import sys

from tier0 import address, head


def main():
    count = int(sys.argv[1])
    out = head(f"{count} rules of each kind")
    out.append("    nat_rules:")
    for i in range(count):
        out.append(f"      d{i}: {{action: DNAT, sequence_number: {i % 10}, "
                   f"destination_network: {address(0x66000000 + i)}, "
                   f"translated_network: {address(0x65000000 + i)}}}")
    types = "route_advertisement_types: [TIER1_NAT, TIER1_LB_VIP]"
    out.append(f"tier1s:\n  nat:\n    tier0: t0\n    edge_cluster: ec1\n    {types}\n    nat_rules:")
    for i in range(count):
        out.append(f"      s{i}: {{action: SNAT, sequence_number: {i % 10}, "
                   f"source_network: {address(0x0a000000 + i)}, "
                   f"translated_network: {address(0x64000000 + i)}}}")
    for i in range(count // 10):
        out.append(f"  lb{i}: {{tier0: t0, edge_cluster: ec1, {types}}}")
    out.append("lb_pools:\n  p: {members: [{ip_address: 10.255.0.10, port: 80}]}\n"
               "lb_virtual_servers:")
    for i in range(count):
        out.append(f"  v{i}: {{tier1: lb{i // 10}, ip_address: {address(0x67000000 + i // 2)}, "
                   f"protocol: TCP, ports: [{443 + i % 2}], pool: p}}")
    out.append("""segments:
  uplink: {}
routers:
  upstream:
    interfaces:
      inside: {segment: uplink, address: 192.0.2.1/24}
    acl:""")
    for i in range(count):
        out.append(f"      a{i}: {{action: DROP, source: {address(0x0b000000 + i)}}}")
    print("\n".join(out))


main()
