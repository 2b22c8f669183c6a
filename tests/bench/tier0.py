# SPDX-License-Identifier: Apache-2.0
"""What the topologies that are written here begin with: a Tier-0 with two
uplinks, one of them active, and its way out."""

UPLINKS = """edge_clusters:
  ec1: {edges: {en1: {}, en2: {}}}
tier0s:
  t0:
    ha_mode: ACTIVE_STANDBY
    edge_cluster: ec1
    interfaces:
      up-en1: {edge: en1, segment: uplink, address: 192.0.2.2/24}
      up-en2: {edge: en2, segment: uplink, address: 192.0.2.3/24}
    static_routes:
      default-out: {network: 0.0.0.0/0, next_hops: [192.0.2.1]}"""


def address(number):
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def head(title):
    """Lines, the last of them in tier0s.t0."""
    return [f"title: {title}", UPLINKS]
