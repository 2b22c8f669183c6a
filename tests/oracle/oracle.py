#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All oracles, ORACLE_EFFORT times as long, and what they compared as JSON.

oracle.py BUILD-DIRECTORY [--effort N] [--json FILE]
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SUITES = sorted(p.stem.removesuffix("_test") for p in HERE.glob("*_oracle_test.c"))


def run(suite, log, args):
    env = {**os.environ, "CK_RUN_SUITE": suite, "CK_VERBOSITY": "normal", "CK_TIMEOUT_MULTIPLIER": "20",
           "ORACLE_EFFORT": str(args.effort), "ORACLE_LOG": log}
    done = subprocess.run([args.build / "unit-tests"], env=env, capture_output=True, text=True)
    line = [x for x in done.stdout.splitlines() if "Checks:" in x]
    if done.returncode or not line:
        print(done.stdout, done.stderr)
    return int(line[-1].split("Checks: ")[1].split(",")[0]) if line else 0, done.returncode != 0


def libnet_version():
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libnet1"], capture_output=True, text=True)
    return done.stdout or "unknown"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--effort", type=int, default=1)
    parser.add_argument("--json")
    args = parser.parse_args()
    args.build = args.build.resolve()
    started = time.time()
    total, failed = 0, []
    with tempfile.NamedTemporaryFile("r") as log:
        for suite in SUITES:
            checks, bad = run(suite, log.name, args)
            total += checks
            failed += [suite] * (bad or not checks)
        compared = collections.Counter()
        for line in log:
            count, what = line.rstrip().split(" ", 1)
            compared[what] += int(count)
    for what, count in compared.items():
        print(f"{count:>12} {what}")
    print(f"seeds from 1 on, {args.effort} times as many as in make test")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({
            "name": "oracle", "judge": "naive FIB, NAT, checksum; libnet", "version": f"libnet {libnet_version()}",
            "seed": 1, "cases": sum(compared.values()), "failures": len(failed), "skipped": [],
            "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(time.time() - started, 1),
            "detail": {"suites": SUITES, "effort": args.effort, **compared}}, indent=1) + "\n")
    print(f"{total - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not compared else 0


sys.exit(main())
