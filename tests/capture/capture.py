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
import replays
import wireshark
from common import ROOT, binary, first, frames_of, has_tls, play, run, tests

HERE = pathlib.Path(__file__).resolve().parent
STRANGE = "seem to be sent again"
LARGE, ENOUGH = 20_000_000, 4000  # of a file of so many bytes, so many frames are judged
EPOCH = 1590969600  # virtual time 0
WARNING = 6291456  # PI_WARN; errors are above


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


def retransmissions(rows, context):
    """What Wireshark takes for sent again was sent again, by the trace too."""
    flagged = {first(r, "frame.packet_id") for r in rows
               if r["tcp.analysis.retransmission"] or r["dns.retransmission"] or
               r["tcp.analysis.fast_retransmission"] or
               r["tcp.analysis.spurious_retransmission"]}
    real = {first(r, "frame.packet_id") for r in rows if "try" in words_of(r)}
    quoting = {first(r, "frame.packet_id") for r in rows
               if "icmp" in first(r, "frame.protocols").split(":")}
    wrong = flagged - real - quoting
    known = sum(int(text.split()[0]) for name, text in context["allowed"]
                if name == context["name"] and STRANGE in text)
    if len(wrong) != known:
        return f"no retransmissions: packets {sorted(wrong, key=int)}, {known} are known"
    flagged |= {first(r, "frame.packet_id") for r in rows if r["tcp.analysis.out_of_order"]}
    return f"not seen by tshark: {sorted(real - flagged, key=int)}" if real - flagged else None


def once(rows, _):
    """A story has each packet once in each form."""
    seen = set()
    for r in rows:
        key = (first(r, "frame.packet_id"), tuple_of(r))
        if is_ip(r) and key in seen:
            return f"packet {key[0]} twice as {key[1]}"
        seen.add(key)
    return None


def drops(rows, context):
    """Every packet that died is there, with the reason, where it died."""
    seen = {}
    for r in rows:
        words = words_of(r)
        if words.get("verdict") == "dropped":
            seen[int(first(r, "frame.packet_id"))] = (words["node"], words["reason"])
    wanted = {p["id"]: (p["hops"][-1]["at"], p["reason"]) for p in context["packets"]
              if p["fate"] == "dropped" and len(p["hops"]) > 1}
    wrong = [f"packet {i}: {w}, but {seen.get(i)}" for i, w in wanted.items()
             if seen.get(i) != w]
    return "\n".join(wrong)


def translations(rows, context):
    """The rules of a packet's remarks are those of its trace, in order."""
    seen = {}
    for r in rows:
        rules = words_of(r).get("rule")
        if rules and "nat" in words_of(r) and words_of(r)["nat"] != "none":
            seen.setdefault(int(first(r, "frame.packet_id")), []).extend(rules.split(","))
    for p in context["packets"]:
        wanted = [n["rule"] for h in p["hops"] for n in h["nat"] if n["rule"]]
        if p["fate"] != "in flight" and len(p["hops"]) > 1 and seen.get(p["id"], []) != wanted:
            return f"packet {p['id']}: {wanted}, but {seen.get(p['id'])}"
    return None


def names(rows, context):
    """Hosts are called by their names."""
    hosts = context["hosts"]
    for r in rows:
        name = hosts.get(first(r, "ip.src"))
        if name and first(r, "ip.src_host") != name:
            return f"{first(r, 'ip.src')} is {name}, not {first(r, 'ip.src_host')}"
    return None


def inside(rows, context):
    """Requests are to be read, also where they were encrypted."""
    wanted = {p["id"]: p["kind"] for p in context["packets"]
              if p["kind"].startswith(("HTTP GET", "HTTP HEAD"))}
    return [f"packet {i} is no {wanted[i]}" for i, r in
            ((int(first(r, "frame.packet_id")), r) for r in rows)
            if i in wanted and "tls" in first(r, "frame.protocols") and
            not {"http", "json"} & set(first(r, "frame.protocols").split(":"))]


STORY = [soundness, completeness, order, warnings, retransmissions, once, drops,
         translations, names, inside]
OF_PART = [soundness, completeness, order, warnings, once, names]


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


def context_of(scenario, allowed, large=False):
    return {"name": scenario, "allowed": allowed, "hosts": hosts_of(scenario),
            "packets": [] if large else packets_of(scenario)}


def judge(scenario, folder, allowed):
    """(name, fault) for everything asked of the scenario's capture."""
    base = folder / scenario.replace("/", "-")
    path, again, old = (base.with_suffix(s) for s in (".pcapng", ".again", ".pcap"))
    play(scenario, path)
    play(scenario, again)
    large = path.stat().st_size > LARGE
    if not large:
        play(scenario, old)
    rows = frames_of(path, ENOUGH if large else 0)
    context = context_of(scenario, allowed, large)
    yield "the same bytes again", path.read_bytes() != again.read_bytes()
    for ask in OF_PART if large else STORY:
        yield ask.__name__, ask(rows, context)
    tcpdump = run(["tcpdump", "-n", "-r", path]).stdout.count("\n")
    infos = run(["capinfos", "-Mc", path]).stdout
    yield "tcpdump sees as many", not large and len(rows) != tcpdump
    yield "capinfos sees as many", f" {tcpdump}\n" not in infos
    again.unlink()
    if large:
        path.unlink()


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


def can_say_no(scenario, folder):
    """Without one kind of block or option the judge must object."""
    context = context_of(scenario, allowed_warnings())
    path = folder / "whole.pcapng"
    play(scenario, path)
    whole = path.read_bytes()
    for what, broken in blocks.without_one(whole):
        path.write_bytes(broken)
        try:
            rows = frames_of(path)
            objects = any(ask(rows, context) for ask in STORY)
        except RuntimeError:
            objects = True
        tests.check(f"without {what} the judge objects", not objects)


def keys(scenario, folder):
    """With the keys in the file everything encrypted is to be read, also through
    a pipe; without them nothing is."""
    path = folder / "keys.pcapng"
    play(scenario, path)
    whole = path.read_bytes()
    context = context_of(scenario, allowed_warnings())
    requests = [p for p in context["packets"] if p["kind"].startswith("HTTP")]
    tests.check("requests are in the trace", len(requests) < 6)
    done = run(["tshark", "-r", path, "-Y", "http.request", "-T", "fields", "-e", "http.host",
                "-e", "http.request.method", "-e", "tls.record.version"])
    tests.check("tshark decrypts", "k8s.gcr.io\tHEAD\t0x0303" not in done.stdout)
    done = run(["bash", "-c", f"{binary} run -q {scenario} --write - 2>/dev/null | "
                "tshark -i - -Y http.request 2>/dev/null"])
    tests.check("and through a pipe", "HEAD /v2/busybox/manifests/latest" not in done.stdout)
    bare = blocks.without_block(whole, blocks.SECRETS)
    while blocks.SECRETS in [kind for kind, _ in blocks.split(bare)]:
        bare = blocks.without_block(bare, blocks.SECRETS)
    path.write_bytes(bare)
    tests.check("without keys the judge objects", not inside(frames_of(path), context))


def points(scenario, folder):
    """--capture all has every hop of every packet; port= and filters choose."""
    path = folder / "all.pcapng"
    play(scenario, path, "--capture", "all", "--notes", "all")
    rows = frames_of(path)
    ways = {}
    for r in rows:
        words = words_of(r)
        if words:
            way = ways.setdefault(int(first(r, "frame.packet_id")), [])
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
            work += [in_folder(w, folder, story) for w in (can_say_no, points, different)]
            work += [in_folder(keys, folder, "scenarios/article/c-podvm-reflexive.yaml")] * tls
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
