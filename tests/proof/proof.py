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
    ("kernel", "the Linux kernel's own router and NAT, the same packets, field by field", "make check-kernel"),
    ("live", "real clients (curl, dig, skopeo) through the simulated gateways", "make check-live"),
    ("rfc", "each requirement of RFC 4787, 5382, 5508 and 1812 that applies", "make check-rfc"),
    ("oracle", "slow, obvious models; libnet", "make oracle-long"),
    ("fuzz", "libFuzzer with sanitizers on every reader", "make fuzz"),
    ("limits", "no memory, no disk, limits of input and run", "make test"),
    ("mutation", "200 ways to break the engine: do the tests notice?", "make mutation"),
]


def common(name, raw):
    """The form of tests/README.md, made of the results that have one of their own."""
    if name == "rfc" and "rows" in raw:
        rows = raw["rows"]
        verdicts = {v: sum(r["verdict"] == v for r in rows) for v in sorted({r["verdict"] for r in rows})}
        return {"judge": "RFC 4787, 5382, 5508, 1812", "version": "", "seed": "none", "cases": len(rows),
                "failures": sum(not r["passed"] for r in rows), "detail": verdicts,
                "skipped": [f"RFC {r['rfc']} {r['id']}: {r['why']}" for r in rows if not r["test"]]}
    if name == "live" and "tests" in raw:
        rows = raw["tests"]
        bad = [r for r in rows if not (r.get("ok", r.get("passed")) if isinstance(r, dict) else True)]
        return {"judge": "curl, dig, skopeo, turnutils_natdiscovery", "version": "", "seed": "none",
                "cases": len(rows), "failures": len(bad), "skipped": []}
    if name == "kernel" and "kernel" in raw:
        return {"name": "kernel", "judge": raw["kernel"].split()[0], "version": raw["kernel"].split()[-1],
                "seed": raw["seed"], "cases": raw["cases"], "failures": raw["mismatches"] + raw["failed"],
                "skipped": [], "when": raw.get("when"),
                "detail": {"packets sent": raw["packets"], "arrivals compared": raw["compared"],
                           "deliberate differences met": raw["differences"]}}
    return raw


def load(name):
    path = ROOT / "build" / f"{name}.json"
    if not path.exists():
        return None
    try:
        r = common(name, json.loads(path.read_text()))
    except ValueError:
        return None
    missing = {"judge", "version", "seed", "cases", "failures", "skipped"} - set(r)
    return {"broken": sorted(missing)} if missing else r


def row(name, what, r, how):
    if r is None:
        return f"| {name} | {what} | | | **no result**: run `{how}` | |"
    if "broken" in r:
        return f"| {name} | {what} | | | **unreadable**: {', '.join(r['broken'])} missing in build/{name}.json | |"
    judge = f"{r['judge']} {r['version']}".strip()
    detail = r.get("detail", {})
    failures = f"{r['failures']} survive" if name == "mutation" else str(r["failures"])
    if name == "mutation":
        failures += f" ({detail['caught_percent']} % noticed)"
    return f"| {name} | {what} | {judge} | {r['seed']} | {r['cases']:,} | {failures} |"


def flat(value):
    if isinstance(value, dict):
        return ", ".join(f"{k} {flat(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "; ".join(map(flat, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)



def section(name, r, how):
    yield f"## {name}"
    yield ""
    if r is None or "broken" in r:
        yield f"No result here. `{how}` makes it."
    else:
        yield f"Run {r.get('when') or 'at a time not recorded'} by `{how}`."
        yield ""
        for key, value in r.get("detail", {}).items():
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
             "", "| check | against | judge | seed | cases | failures |", "|---|---|---|---|---|---|"]
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
