# SPDX-License-Identifier: Apache-2.0
"""A change of a host that is a namespace is made there: routes, forwarding, and
interfaces that are up or down. Needs no programs but ip(8)."""
import re

from network import Live, Netns

TOPOLOGY = """
segments: {left: {}, right: {}}
routers:
  r:
    interfaces:
      left: {segment: left, address: 10.0.1.1/24}
      right: {segment: right, address: 10.0.2.1/24}
  spare: {interfaces: {left: {segment: left, address: 10.0.1.9/24}}}
hosts:
  a:
    interfaces: {eth0: {segment: left, address: 10.0.1.2/24}}
    gateway: 10.0.1.1
    routes:
      both: {network: 10.7.0.0/16, next_hops: [10.0.1.1, 10.0.1.9]}
      nowhere: {network: 10.8.0.0/16, next_hops: []}
  b: {segment: right, address: 10.0.2.2/24, gateway: 10.0.2.1, forwards: true}
"""


def routes(space):
    """What ip(8) says of routes that live has set: {network: how}."""
    found = {}
    text = space.run(["ip", "route", "show", "proto", "static"]).stdout
    for line in re.sub(r"\n\s+", " ", text).splitlines():
        network, how = re.match(r"((?:blackhole )?\S+) ?(.*)", line.strip()).groups()
        found[network] = re.findall(r"via (\S+)", how)
    return found


def forwards(space):
    return space.run(["cat", "/proc/sys/net/ipv4/ip_forward"]).stdout.strip()


def followed(r, binary, tmp):
    a, b = Netns("host-a"), Netns("host-b")
    file = tmp / "followed.yaml"
    file.write_text(TOPOLOGY)
    before = forwards(b)
    b.run(["ip", "route", "add", "unreachable", "10.9.0.0/16"])  # somebody else's
    live = Live(binary, file, ["a=host-a", "b=host-b"])
    try:
        r.same("routes at the start: by one, by two, to nowhere", routes(a), {
            "default": ["10.0.1.1"], "10.7.0.0/16": ["10.0.1.1", "10.0.1.9"], "blackhole 10.8.0.0/16": []})
        r.same("a host that forwards", forwards(b), "1")
        changed(r, live, a, b, before)
        up_and_down(r, live, a)
        lost(r, live, a, b)
    finally:
        status = live.end()
    r.same("live that has lost a device ends in order", status, 0)
    r.same("what it set is gone: routes that no device took along", routes(b), {})
    r.same("and forwarding", forwards(b), before)
    r.ok("what others have set is there", "unreachable 10.9.0.0/16" in b.run(["ip", "route"]).stdout)


def changed(r, live, a, b, before):
    live.change("{hosts: {a: {gateway: 10.0.1.9, routes: {both: {next_hops: [10.0.1.9]}, nowhere: null}}, "
                "b: {gateway: null, forwards: false, nameservers: [10.0.2.9]}}}", "the network changes")
    r.same("a change of routes: another next hop, one less, none", routes(a),
           {"default": ["10.0.1.9"], "10.7.0.0/16": ["10.0.1.9"]})
    r.same("the last route goes", routes(b), {})
    r.same("it forwards no more than before", forwards(b), before)
    r.ok("what does not reach a namespace is told, with its place",
         live.wait(r"change:1:\d+: warning: 'nameservers' does not reach b: .*'host-b'"), live.text())
    live.do("change {hosts: {a: {interfaces: {eth0: {mtu: 1400}}}}}")
    r.ok("an MTU stays, and that is told", live.wait("followed.yaml:11:18: error: this changes the wiring"), live.text())


def up_and_down(r, live, a):
    live.change("{hosts: {a: {interfaces: {eth0: {admin_state: DOWN}}}}}", "admin_state is now DOWN")
    r.ok("an interface that is down", "state DOWN" in a.run(["ip", "link", "show", "eth0"]).stdout)
    r.same("is no way", routes(a), {})
    live.change("{hosts: {a: {interfaces: {eth0: {admin_state: UP}}}}}", "admin_state is now UP|the network changes")
    r.same("up again: the routes are back", routes(a),
           {"default": ["10.0.1.9"], "10.7.0.0/16": ["10.0.1.9"]})


def lost(r, live, a, b):
    a.run(["ip", "link", "del", "eth0"])
    r.ok("a device that somebody removes is missed", live.wait("a:eth0 is gone from namespace 'host-a'"), live.text())
    live.do("change {hosts: {a: {gateway: 10.0.1.1}}}")
    r.ok("a route that cannot be set is told",
         live.wait("namespace 'host-a': cannot set the route to 0.0.0.0/0: Network is unreachable"), live.text())
    b.forget()
    live.change("{hosts: {b: {forwards: true, routes: {x: {network: 10.9.0.0/16, next_hops: []}}}}}",
                "the network changes|b gains route x")
    r.same("a namespace without a name is reached, and its own route is behind ours", routes(b), {"blackhole 10.9.0.0/16": []})
