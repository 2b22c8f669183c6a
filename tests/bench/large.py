#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a topology of any size: one Tier-0, TIER1S Tier-1 gateways with SNAT,
SEGMENTS segments spread over them, HOSTS hosts spread over those.

    tests/bench/large.py 10000 100000 1000000 > large.yaml
"""
import sys

from tier0 import address, head


def main():
    tier1s, segments, hosts = map(int, sys.argv[1:4])
    out = head(f"{tier1s} Tier-1 gateways, {segments} segments, {hosts} hosts")
    out.append("tier1s:")
    for i in range(tier1s):
        out.append(f"  t1-{i}: {{tier0: t0, edge_cluster: ec1, "
                   "route_advertisement_types: [TIER1_CONNECTED, TIER1_NAT], "
                   f"nat_rules: {{out: {{action: SNAT, source_network: 10.0.0.0/8, "
                   f"translated_network: {address(0x64000000 + i)}}}}}}}")
    out.append("segments:\n  uplink: {}\n  far: {}")
    length = 32 - max(hosts // segments + 2, 2).bit_length()
    size = 1 << (32 - length)
    for i in range(segments):
        out.append(f"  s{i}: {{tier1: t1-{i % tier1s}, "
                   f"gateway_address: {address(0x0a000000 + i * size + 1)}/{length}}}")
    out.append("""routers:
  upstream:
    interfaces:
      inside: {segment: uplink, address: 192.0.2.1/24}
      outside: {segment: far, address: 198.51.100.1/24}
    routes:
      back: {network: 100.0.0.0/8, next_hops: [192.0.2.2]}
hosts:
  server: {segment: far, address: 198.51.100.10/24, gateway: 198.51.100.1, http_servers: {web: {port: 443}}}""")
    for i in range(hosts):
        base = 0x0a000000 + i % segments * size
        out.append(f"  h{i}: {{segment: s{i % segments}, "
                   f"address: {address(base + 2 + i // segments)}/{length}, "
                   f"gateway: {address(base + 1)}}}")
    print("\n".join(out))


main()
