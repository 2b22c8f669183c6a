#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Captures judged by programs that we did not write.

Each shipped scenario is played and its capture read by tshark (once; everything
is asked in that one run), tcpdump, capinfos and scapy. Then what is asked of
captures in general: capture points, filters, pipes, Wireshark's extcap and
profile, replay. That the judge can say no is shown by captures from which one
kind of block or option was taken.

    capture.py TIERPATH [SCENARIO...]
"""
import concurrent.futures
import json
import logging
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

import yaml

import blocks
import keys
import replays
import wireshark
from common import ROOT, binary, first, frames_of, has_tls, play, run, tests

HERE = pathlib.Path(__file__).resolve().parent
EPOCH = 1590969600  # virtual time 0
WARNING = 6291456  # PI_WARN; errors are above
WHOLE = (0, 1 << 16)


def words_of(row):
    """The machine's line of a remark, as a dict; {} if there is none."""
    for comment in row["frame.comment"]:
        if comment.startswith("tp "):
            return dict(w.split("=", 1) for w in comment.split()[1:])
    return {}


def tuple_of(row):
    return (first(row, "ip.src"), first(row, "ip.dst"), first(row, "ip.proto"),
            first(row, "tcp.srcport") or first(row, "udp.srcport"),
            first(row, "tcp.dstport") or first(row, "udp.dstport"))


def id_of(row):
    return int(first(row, "frame.packet_id") or 0)


def piece_of(row):
    """From where to where it is of its packet."""
    start = int(first(row, "ip.frag_offset") or 0) * 8
    if not start and first(row, "ip.flags.mf") not in ("1", "True"):
        return WHOLE
    return start, start + int(first(row, "ip.len")) - int(first(row, "ip.hdr_len"))


def covers(piece, other):
    return piece[0] <= other[0] and other[1] <= piece[1]


def by_piece(rows):
    """By packet, for each of its smallest pieces: the rows of that piece and of what
    it was cut from. One that was never cut is its only piece."""
    packets, ways = {}, {}
    for r in rows:
        if is_ip(r):
            packets.setdefault(id_of(r), []).append((piece_of(r), r))
    for number, mine in packets.items():
        pieces = {p for p, _ in mine}
        ways[number] = [[r for p, r in mine if covers(p, small)] for small in pieces
                        if not any(small != p and covers(small, p) for p in pieces)]
    return ways


def is_ip(row):
    return bool(row["ip.src"])


def is_real_fault(row):
    return (bool(row["_ws.malformed"]) or
            any("0" in row[f"{p}.checksum.status"] for p in ("ip", "tcp", "udp", "icmp")))


# What a capture must have; each returns what is wrong, or nothing.

def soundness(rows, _):
    if not rows:
        return "nothing there"
    return [first(r, "frame.number") for r in rows if is_real_fault(r)]


def completeness(rows, _):
    """Each frame says where, which way, and which packet it is."""
    for r in rows:
        for field in ("frame.interface_name", "frame.interface_description",
                      "frame.packet_flags_direction", "frame.packet_id"):
            if not first(r, field):
                return f"frame {first(r, 'frame.number')} has no {field}"
        if ":" not in first(r, "frame.interface_name"):
            return f"{first(r, 'frame.interface_name')} names no port"
        remarks = [c.startswith("tp ") for c in r["frame.comment"]]
        if remarks not in ([], [True, False]):
            return f"frame {first(r, 'frame.number')} lacks a remark or has another"
    return None


def order(rows, _):
    times = [float(first(r, "frame.time_epoch")) for r in rows]
    if int(times[0]) != EPOCH:
        return f"it begins at {times[0]}"
    return [t for a, t in zip(times, times[1:]) if t < a]


def warnings(rows, context):
    """Nothing that Wireshark warns of but what the scenario is about."""
    allowed = [text for name, text in context["allowed"]
               if name in ("*", context["name"])]
    found = set()
    for r in rows:
        for severity, message in zip(r["_ws.expert.severity"], r["_ws.expert.message"]):
            if int(severity) >= WARNING and not any(a in message for a in allowed):
                found.add(f"frame {first(r, 'frame.number')}: {message}")
    return "\n".join(sorted(found)) + ("\nif that is right, tell why in "
                                      "tests/capture/warnings.txt" if found else "")


def ends_of(row):
    """Addresses as the trace has them: with ports, if the row has some."""
    _, _, _, sport, dport = tuple_of(row)
    quotes = "icmp" in first(row, "frame.protocols").split(":")
    return tuple(addr if quotes or not port else f"{addr}:{port}" for addr, port in
                 ((first(row, "ip.src"), sport), (first(row, "ip.dst"), dport)))


def is_same(seen, traced):
    """Fragments and ICMP have no ports; traces of echoes have the identifier."""
    return all(t == s or ":" not in s and t.split(":")[0] == s for s, t in zip(seen, traced))


def forms(rows, context):
    """Each form in which a packet, or a piece, was on a wire is there, at a port that
    saw it."""
    seen = by_piece(rows)
    for p in context["packets"]:
        there = [(h["at"], (h["src"], h["dst"])) for h in p["hops"]]
        came = [(b["at"], (a["src"], a["dst"])) for a, b in zip(p["hops"], p["hops"][1:])]
        for way in seen.get(p["id"], [[]]):
            mine = [(first(r, "frame.interface_name").split(":")[0], ends_of(r)) for r in way]
            for label, ends in mine:
                if not any(label == at and is_same(ends, t) for at, t in there + came):
                    return f"packet {p['id']}: {ends} was never at {label}"
            missing = [t for _, t in there[:-1] if not any(is_same(ends, t) for _, ends in mine)]
            if missing and p["fate"] != "in flight":
                return f"packet {p['id']} is not there as {missing[0]}"
    traced = {p["id"] for p in context["packets"]}
    # What was sent later is of no step.
    return [f"the trace has no packet {i}" for i in seen.keys() - traced if i <= max(traced)]


def retransmissions(rows, _):
    """What Wireshark takes for sent again was sent again, by the trace too."""
    flagged = {first(r, "frame.packet_id") for r in rows
               if r["tcp.analysis.retransmission"] or r["dns.retransmission"] or
               r["tcp.analysis.fast_retransmission"] or
               r["tcp.analysis.spurious_retransmission"]}
    real = {first(r, "frame.packet_id") for r in rows if "try" in words_of(r)}
    quoting = {first(r, "frame.packet_id") for r in rows
               if "icmp" in first(r, "frame.protocols").split(":")}
    wrong = flagged - real - quoting
    if wrong:
        return f"no retransmissions: packets {sorted(wrong, key=int)}"
    flagged |= {first(r, "frame.packet_id") for r in rows if r["tcp.analysis.out_of_order"]}
    return f"not seen by tshark: {sorted(real - flagged, key=int)}" if real - flagged else None


def duplicates(rows, _):
    """What Wireshark takes for an ACK said twice was said twice by its sender."""
    packet = {first(r, "frame.number"): id_of(r) for r in rows}
    return [f"frame {first(r, 'frame.number')}" for r in rows
            if r["tcp.analysis.duplicate_ack"] and
            packet[first(r, "tcp.analysis.duplicate_ack_frame")] == id_of(r)]


def once(rows, _):
    """A story has each packet once in each form, and each piece of one."""
    seen = set()
    for r in rows:
        if not is_ip(r):
            continue
        key = (first(r, "frame.packet_id"), tuple_of(r), piece_of(r))
        if key in seen:
            return f"packet {key[0]} twice as {key[1]}, bytes {key[2]}"
        seen.add(key)
    return None


def drops(rows, context):
    """Every packet that died is there, with the reason, where it died."""
    seen = {}
    for r in rows:
        words = words_of(r)
        if words.get("verdict") == "dropped":
            seen[id_of(r)] = (words["node"], words["reason"])
    wanted = {p["id"]: (p["hops"][-1]["at"], p["reason"]) for p in context["packets"]
              if p["fate"] == "dropped" and len(p["hops"]) > 1}
    wrong = [f"packet {i}: {w}, but {seen.get(i)}" for i, w in wanted.items()
             if seen.get(i) != w]
    return "\n".join(wrong)


def translations(rows, context):
    """The rules of a packet's remarks are those of its trace, in order, and so are
    those of each piece: its own and those of what it was cut from."""
    ways = by_piece(rows)
    for p in context["packets"]:
        wanted = [n["rule"] for h in p["hops"] for n in h["nat"] if n["rule"]]
        if p["fate"] == "in flight" or len(p["hops"]) < 2:
            continue
        for way in ways.get(p["id"], [[]]):
            told = [w for w in map(words_of, way) if w.get("nat", "none") != "none"]
            rules = [r for w in told for r in w.get("rule", "").split(",") if r]
            if rules != wanted:
                return f"packet {p['id']}: {wanted}, but {rules}"
    return None


def names(rows, context):
    """Hosts are called by their names, and no address but loopback has none."""
    hosts = context["hosts"]
    for r in rows:
        addr, name = first(r, "ip.src"), first(r, "ip.src_host")
        if hosts.get(addr, name) != name:
            return f"{addr} is {hosts[addr]}, not {name}"
        if addr == name and addr and not addr.startswith("127."):
            return f"{addr} has no name"
    return None


def inside(rows, context):
    """Requests are to be read, also where they were encrypted."""
    wanted = {p["id"]: p["kind"] for p in context["packets"]
              if p["kind"].startswith(("HTTP GET", "HTTP HEAD"))}
    return [f"packet {i} is no {wanted[i]}" for i, r in
            ((id_of(r), r) for r in rows)
            if i in wanted and "try" not in words_of(r) and
            not {"http", "json"} & set(first(r, "frame.protocols").split(":"))]


STORY = [soundness, completeness, order, forms, warnings, retransmissions, duplicates,
         once, drops, translations, names, inside]


def hosts_of(scenario):
    tree = yaml.safe_load((ROOT / scenario).read_text())
    topology = (ROOT / scenario).parent / tree["topology"]
    if not topology.exists():
        topology = ROOT / "topology/library" / tree["topology"]
    found = {}
    for part in (yaml.safe_load(topology.read_text()), tree.get("change") or {}):
        for name, host in (part.get("hosts") or {}).items():
            if host and "address" in host:
                found[host["address"].split("/")[0]] = name
    return found


def packets_of(scenario):
    done = run([binary, "run", "-v", "--json", scenario])
    tree = json.loads(done.stdout)
    return [p for s in tree["steps"] for p in s["packets"]]


def allowed_warnings():
    rows = []
    for line in (HERE / "warnings.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, text = line.partition(": ")
            rows.append((name, text))
    if not has_tls():
        rows.append(("*", "Unencrypted HTTP protocol detected over encrypted port"))
    return rows


def context_of(scenario, allowed):
    return {"name": scenario, "allowed": allowed, "hosts": hosts_of(scenario),
            "packets": packets_of(scenario)}


def judge(scenario, folder, allowed):
    """(name, fault) for everything asked of the scenario's capture."""
    base = folder / scenario.replace("/", "-")
    path, again, old = (base.with_suffix(s) for s in (".pcapng", ".again", ".pcap"))
    play(scenario, path)
    play(scenario, again)
    play(scenario, old)
    rows = frames_of(path)
    context = context_of(scenario, allowed)
    yield "the same bytes again", path.read_bytes() != again.read_bytes()
    for ask in STORY:
        yield ask.__name__, ask(rows, context)
    tcpdump = run(["tcpdump", "-n", "-r", path]).stdout.count("\n")
    infos = run(["capinfos", "-Mc", path]).stdout
    yield "tcpdump sees as many", len(rows) != tcpdump
    yield "capinfos sees as many", f" {len(rows)}\n" not in infos
    again.unlink()


def judge_scenario(scenario, folder, allowed):
    for name, fault in judge(scenario, folder, allowed):
        tests.check(f"{scenario}: {name}", fault)


def in_folder(work, folder, *args):
    """'work' in a folder of its own."""
    own = folder / work.__module__ / work.__name__
    own.mkdir(parents=True)
    return lambda: work(*args, own)


def scapy_agrees(folder):
    """A third reader sees the same frames at the same times, and the classic
    file of the same run has them too."""
    logging.getLogger("scapy").setLevel(logging.ERROR)  # it wants newlines in comments
    from scapy.utils import RawPcapNgReader, RawPcapReader
    for path in sorted(folder.glob("*.pcapng")):
        ng = [((m.tshigh << 32) | m.tslow, bytes(b)) for b, m in RawPcapNgReader(str(path))]
        old = [(m.sec * 10**9 + m.usec, bytes(b))
               for b, m in RawPcapReader(str(path.with_suffix(".pcap")))]
        mine = [(e.time, e.frame) for e in blocks.packets(path.read_bytes())]
        tests.check(f"{path.name}: scapy reads the same", ng != mine)
        tests.check(f"{path.name}: the classic file has the same", old != mine)


def judges_that_object(path, context):
    """The names of those who find something wrong with it."""
    try:
        rows = frames_of(path)
    except RuntimeError:
        return {"tshark"}
    return {ask.__name__ for ask in STORY if ask(rows, context)}


def can_say_no(scenario, folder):
    """Without one kind of block or option, and with some of them without a single
    one, the judge whose matter it is must object; of the whole file none does."""
    context = context_of(scenario, allowed_warnings())
    path = folder / "whole.pcapng"
    play(scenario, path)
    whole = path.read_bytes()
    tests.check("the whole file is fine", judges_that_object(path, context))
    play(scenario, path, "--capture", "all")
    found = judges_that_object(path, context)
    tests.check("of every hop those object that want each form once",
                {"retransmissions", "once"} - found)
    for what, who, broken in blocks.broken(whole):
        path.write_bytes(broken)
        found = judges_that_object(path, context)
        tests.check(f"{what}: {who} objects", who not in found and found)


def points(scenario, folder):
    """--capture all has every hop of every packet; port= and filters choose."""
    path = folder / "all.pcapng"
    play(scenario, path, "--capture", "all", "--notes", "all")
    rows = frames_of(path)
    ways = {}
    for r in rows:
        words = words_of(r)
        if words:
            way = ways.setdefault(id_of(r), [])
            label = re.split("[:]", first(r, "frame.interface_name"))[0]
            if not way or way[-1] != label:
                way.append(label)
    wrong = [f"{p['id']}: {ways.get(p['id'])}" for p in packets_of(scenario)
             if len(p["hops"]) > 1 and ways.get(p["id"]) != [h["at"] for h in p["hops"]]]
    tests.check("--capture all has every hop of every packet", "\n".join(wrong))
    play(scenario, path, "--capture", "all", "--notes", "none")
    tests.check("--notes none writes no remark",
                [r for r in frames_of(path) if r["frame.comment"]])
    play(scenario, path, "--capture", "port=t0-edge,registry:eth0")
    seen = {first(r, "frame.interface_name").split(":")[0] for r in frames_of(path)}
    tests.check("port= takes gateways and ports", seen != {"t0-edge", "registry"} and seen)
    play(scenario, path, "--capture-filter", "udp port 53")
    rows = frames_of(path)
    tests.check("--capture-filter keeps what matches",
                not rows or [r for r in rows if "53" not in
                             (first(r, "udp.srcport"), first(r, "udp.dstport"))])
    run([binary, "run", "-q", scenario, "--capture-dir", folder / "ports"])
    files = sorted((folder / "ports").glob("*.pcapng"))
    tests.check("--capture-dir writes a file for each port", len(files) < 6)
    for file in files:
        found = {p.port for p in blocks.packets(file.read_bytes())}
        tests.check(f"{file.name} has one port", found != {0})


def hole(scenario, folder):
    """A path that swallows full segments leaves its mark: the client acknowledges
    nothing, and names what came beyond the hole."""
    path = folder / "hole.pcapng"
    play(scenario, path)
    done = run(["tshark", "-N", "n", "-r", path, "-Y", "tcp.options.sack_le", "-T", "fields", "-e",
                "ip.src_host", "-e", "tcp.ack", "-e", "tcp.options.sack_le"])
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    tests.check("SACK tells of the hole", not rows or rows[0] != ["tkg-h6cwg", "1", "1461"] and rows)


def pipes(scenario):
    """A capture can be looked at while it is written."""
    shell = f"{binary} run -q {scenario} --write -"
    done = run(["bash", "-c", f"{shell} 2>/dev/null | tshark -N n -r - -T fields"
                " -e frame.interface_name -e ip.src_host 2>/dev/null"])
    tests.check("--write - into tshark -r -", "podvm-busybox:eth0\tpodvm-busybox" not in done.stdout)
    done = run(["bash", "-c", f"{shell} 2>/dev/null | tshark -i - -c 10 -T fields"
                " -e frame.interface_name 2>/dev/null"])
    tests.check("--write - into tshark -i -", done.stdout.count("podvm-busybox:eth0") < 2)
    done = run(["bash", "-c", f"{shell} 2>&1 >/dev/null"])
    tests.check("then the report goes to stderr", "FAILED after" not in done.stderr + done.stdout)
    started = time.monotonic()
    run(["bash", "-c", f"{shell} --speed 2 --capture-filter 'tcp[tcpflags] == tcp-syn' "
         "2>/dev/null | tshark -i - -c 4 2>/dev/null"])
    took = time.monotonic() - started
    tests.check("--speed 2 takes half the time of the first SYNs (1 s)", not 0.4 < took < 20 and took)


def different(scenario, folder):
    """Another seed, another address: other bytes."""
    a, b = folder / "a.pcapng", folder / "b.pcapng"
    play(scenario, a)
    play(scenario, b, "--seed", "99")
    tests.check("another seed gives other bytes", a.read_bytes() == b.read_bytes())
    shutil.copytree(ROOT / "topology/library", folder / "copy/topology/library")
    shutil.copytree(ROOT / "scenarios/article", folder / "copy/scenarios/article")
    library = folder / "copy/topology/library/vcf4-static.yaml"
    library.write_text(library.read_text().replace("74.125.133.82", "74.125.133.99"))
    copy = folder / "copy" / scenario
    # Its own expectations name the old address.
    copy.write_text(copy.read_text().split("\nexpect:")[0] + "\n")
    done = run([binary, "run", copy, "--color", "never", "--write", b])
    texts = done.stdout + done.stderr
    seen = {first(r, "ip.dst") for r in frames_of(b)}
    tests.check("one address changed in the topology changes texts and captures",
                "dial tcp 74.125.133.99:443" not in texts or "74.125.133.82" in texts or
                "74.125.133.99" not in seen or "74.125.133.82" in seen)


def shipped(tls):
    """The scenarios that this build can play."""
    paths = [p.relative_to(ROOT) for p in ROOT.glob("scenarios/*/*.yaml")]
    return sorted(str(p) for p in paths if tls or
                  "tls" not in yaml.safe_load((ROOT / p).read_text()).get("needs", []))


def main():
    chosen, tls = sys.argv[2:], has_tls()
    scenarios = chosen or shipped(tls)
    story = "scenarios/article/b-podvm-timeout.yaml"
    allowed = allowed_warnings()
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        folder.chmod(0o755)
        (folder / "all").mkdir()
        work = [lambda s=s: judge_scenario(s, folder / "all", allowed) for s in scenarios]
        if not chosen:
            work += [in_folder(w, folder, story) for w in (points, different)]
            work += [in_folder(can_say_no, folder, "scenarios/article/c-podvm-reflexive.yaml")]
            work += [in_folder(keys.check, folder),
                     in_folder(hole, folder, "scenarios/tls/mtu-black-hole.yaml")] * tls
            work += [lambda: pipes(story), in_folder(replays.check, folder),
                     in_folder(wireshark.check, folder)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(w) for w in work]:
                done.result()
        scapy_agrees(folder / "all")
    print(f"{tests.passed} passed, {tests.failed} failed")
    return 1 if tests.failed or not tests.passed else 0


if __name__ == "__main__":
    sys.exit(main())
