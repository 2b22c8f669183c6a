# SPDX-License-Identifier: Apache-2.0
"""tierpath replay: what somebody captured, sent through a model."""
import json

import blocks
from common import binary, play, run, tests

NET = "topology/library/vcf4-static.yaml"
PORT = "domain-c8:seg-podvm-ns"
SENT = ["--capture", "port=podvm-busybox:eth0", "--capture-filter", "ip src host 10.244.0.130"]


def replay(capture, *options, into=PORT):
    return run([binary, "replay", capture, "--topology", NET, "--into", into, *options])


def fates(path, *options):
    tree = json.loads(replay(path, "--json", *options).stdout)
    return [(p["number"], p["left_out"], p["packet"] and p["packet"]["fate"])
            for p in tree["packets"]]


def says(name, done, status, text):
    wrong = done.returncode != status or text not in done.stdout + done.stderr
    tests.check(name, wrong and f"exit {done.returncode}\n{done.stdout}{done.stderr}")


def faithful(folder):
    """What a host sent in a scenario fares in a replay as it did there."""
    path = folder / "sent.pcapng"
    play("scenarios/article/b-podvm-timeout.yaml", path, *SENT)
    count = len(list(blocks.packets(path.read_bytes())))
    without = "{tier0s: {t0-edge: {nat_rules: {supervisor: null}}}}"
    done = replay(path, "--change", without, "--write", folder / "came.pcapng")
    says("the answers die where they did", done, 1, "the answer DROPPED NO_ROUTE at upstream")
    says("the rules are told", done, 1, "SNAT pods-out  30.0.0.5:1024 > 74.125.133.82:443")
    seen = {e.frame[26:30] for e in blocks.packets((folder / "came.pcapng").read_bytes())}
    tests.check("a replay can be captured", bytes([30, 0, 0, 5]) not in seen)
    says("with the rule all arrives", replay(path), 0, f"{count} arrived, 0 dropped")
    says("without a route nothing does",
         replay(path, "--change", "{tier0s: {t0-edge: {static_routes: {default-out: null}}}}"),
         1, "DROPPED NO_ROUTE at t0-edge")
    tests.check("--json has every packet", [f for f in fates(path) if f[2] != "delivered"] or
                len(fates(path)) != count)
    return path


def other_links(path, folder):
    """The same packets from other kinds of link, and with what a network card
    would have mended."""
    whole = path.read_bytes()
    frames = [(e.time, e.frame) for e in blocks.packets(whole)]
    wanted = fates(path)
    for name, linktype, change in (
            ("VLAN", 1, lambda f: f[:12] + b"\x81\x00\x00\x05" + f[12:]),
            ("raw IP", 101, lambda f: f[14:]),
            ("Linux any", 113, lambda f: b"\0\0\0\1\0\6" + f[6:12] + b"\0\0\x08\0" + f[14:])):
        other = folder / "other.pcap"
        other.write_bytes(blocks.classic(linktype, [(t, change(f)) for t, f in frames]))
        tests.check(f"the same from {name}", fates(other) != wanted)
    broken = [(t, f[:24] + b"\0\0" + f[26:]) for t, f in frames]
    other.write_bytes(blocks.classic(1, broken))
    says("wrong checksums are mended", replay(other), 0, "had a wrong checksum")
    arp = b"\2" * 12 + b"\x08\x06" + bytes(28)
    other.write_bytes(blocks.classic(1, [(0, arp)] + frames))
    says("what is not IPv4 is left out", replay(other), 0, "left out: packet 1: ARP")
    large = frames[0][1][:16] + b"\x23\x28" + frames[0][1][18:] + bytes(9000)
    other.write_bytes(blocks.classic(1, [(0, large)]))
    says("what no link carries is left out", replay(other), 0, "larger than any link carries")


def damaged(path, folder):
    """Bad files: the number of the packet, and nothing is sent."""
    whole = path.read_bytes()
    bad = folder / "bad.pcapng"
    bad.write_bytes(whole[:-20])
    count = len(list(blocks.packets(whole)))
    says("a missing end", replay(bad), 2, f"packet {count}: truncated")
    frame = next(blocks.packets(whole)).frame
    bad.write_bytes(blocks.classic(1, [(0, frame)], cut=40))
    says("a cut packet", replay(bad), 2, f"packet 1 was cut to 40 of its {len(frame)} bytes")
    bad.write_bytes(b"not a capture at all, but longer than its header")
    says("no capture", replay(bad), 2, "unknown file format")
    bad.write_bytes(b"")
    says("an empty file", replay(bad), 2, "cannot read")
    says("no such port", replay(path, into="domain-c8:seg-podvm-n"), 2, "did you mean")
    says("which port", replay(path, into="domain-c8"), 2, "which one?")
    says("no such file", replay(folder / "none"), 2, "No such file")
    says("a bad topology", run([binary, "replay", path, "--topology", "README.md", "--into", "x"]),
         2, "README.md:")


def check(folder):
    path = faithful(folder)
    other_links(path, folder)
    damaged(path, folder)
