#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One page about how often tierpath was checked, against what, with what result.

Reads build/*.json (tests/README.md has their form) and writes build/proof.md and
tests/PROOF.md, the same page. What has no result says so.
"""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Result, what was compared, how it is made.
RESULTS = [
    ("kernel", "the Linux kernel's own router and NAT, the same packets, field by field",
     "make check-kernel KERNEL_COUNT=100000"),
    ("plants", "the same comparison, with bugs planted in the simulator one at a time: does it differ?", "make plants"),
    ("live", "real clients (dig, skopeo, turnutils_natdiscovery) through the simulated gateways", "make check-live"),
    ("rfc", "each requirement of RFC 4787, 5382, 5508 and 1812 that applies", "make check-rfc"),
    ("oracle", "slow, obvious models; libnet", "make oracle-long"),
    ("fuzz", "libFuzzer with sanitizers on every reader", "make fuzz"),
    ("valgrind", "the unit tests: invalid access, uninitialized memory, leaks", "make valgrind"),
    ("limits", "no memory, no disk, limits of input and run", "make test"),
    ("mutation", "small breaks of the engine, one at a time: do the tests notice?", "make mutation"),
    ("mutation-2", "the same with other mutants", "make mutation MUTATION_SEED=2"),
    ("mutation-4", "others again, which nobody had seen before", "make mutation MUTATION_SEED=4"),
]


def load(name):
    path = ROOT / "build" / f"{name}.json"
    if not path.exists():
        return None
    try:
        r = json.loads(path.read_text())
    except ValueError:
        return None
    missing = {"judge", "version", "seed", "cases", "failures", "skipped", "when", "seconds"} - set(r)
    return {"broken": sorted(missing)} if missing else r


def row(name, what, r, how):
    if r is None:
        return f"| {name} | {what} | | | **no result**: run `{how}` | | |"
    if "broken" in r:
        return f"| {name} | {what} | | | **unreadable**: no {', '.join(r['broken'])} in build/{name}.json | | |"
    judge = f"{r['judge']}: {r['version']}" if "," in r["judge"] else f"{r['judge']} {r['version']}"
    failures = str(r["failures"])
    if name.startswith("mutation"):
        d = r["detail"]
        failures += (f" survive ({d['caught_percent']} % noticed; {d['first_percent']} % before what survived got tests, "
                     "or a reason why nobody could)")
    if name == "plants":
        failures += f" not found, {r['cases'] - r['failures']} found"
    return f"| {name} | {what} | {judge} | {r['seed']} | {r['cases']:,} | {failures} | {span(r['seconds'])} |"


def span(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def flat(value):
    if isinstance(value, dict):
        return ", ".join(f"{k} {flat(v)}" for k, v in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(map(flat, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def survivor(m):
    """A mutant in one line."""
    reason = f" ({m['reason']})" if "reason" in m else ""
    return f"{m['file']}:{m['line']}: {m['change']}: `{m['code']}`{reason}"


def plant(p):
    """A planted bug as a row; of a packet that made the difference, where it was."""
    found = f"{p['case']:,}" if p["case"] is not None else "any" if p["how"] else "**not found**"
    how = p.get("error") or (p["how"] or "").partition(": proto ")[0]
    return f"| {p['what']} | {', '.join(p['files'])} | {found} | {how} |"


def section(name, r, how):
    yield f"## {name}"
    yield ""
    if r is None or "broken" in r:
        yield f"No result here. `{how}` makes it."
    else:
        yield f"Run {r['when']} by `{how}`, {span(r['seconds'])}."
        yield ""
        for key, value in r.get("detail", {}).items():
            if key in ("survivors", "equivalent") and value:
                yield f"- {key}:"
                yield from (f"  - {survivor(m)}" for m in value)
            elif key == "planted":
                yield from ("", "| planted | in | found by case | as |", "|---|---|---|---|")
                yield from map(plant, value)
            else:
                yield f"- {key}: {flat(value)}"
        for reason in r["skipped"]:
            yield f"- **skipped**: {flat(reason)}"
    yield ""


def differences():
    """THE table, as the comparison itself prints it."""
    for kind in "release", "clang", "asan":
        program = ROOT / "build" / kind / "kernel-check"
        if program.exists():
            done = subprocess.run([program, "--differences"], capture_output=True, text=True, cwd=ROOT)
            if done.returncode == 0 and done.stdout.strip():
                return done.stdout.strip()
    return "Not printed: `build/release/kernel-check` is not built (`make check-kernel`)."


def page():
    results = [(n, w, load(n), h) for n, w, h in RESULTS]
    lines = ["# Proof", "", "Written by `make proof` from the results in `build/`; each row says what makes it again.",
             "", "| check | against | judge | seed | cases | failures | took |", "|---|---|---|---|---|---|---|"]
    lines += [row(n, w, r, h) for n, w, r, h in results]
    lines += [""]
    for n, _, r, h in results:
        lines += section(n, r, h)
    lines += ["## Deliberate differences from Linux", "", "All that the comparison forgives "
              "(`tests/kernel/differ.h`), with the source.", "", differences(), ""]
    return "\n".join(lines)


text = page()
(ROOT / "build").mkdir(exist_ok=True)
for to in ROOT / "build/proof.md", ROOT / "tests/PROOF.md":
    to.write_text(text)
print("build/proof.md")
