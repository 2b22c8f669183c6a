#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""libFuzzer on every target, for a while; what it finds is left in build/fuzz/found.

fuzz.py BUILD-DIRECTORY [--seconds N] [--seed N] [--json FILE] [TARGET...]
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build/fuzz"
TARGETS = ["topology", "scenario", "change", "capture", "frame", "dns", "tcp", "http"]


def run(target, args):
    corpus, found = WORK / "corpus" / target, WORK / "found" / target
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [WORK / "fuzz-coverage", corpus, WORK / "seeds" / target, f"-max_total_time={args.seconds}",
         f"-seed={args.seed}", f"-artifact_prefix={found}/", "-timeout=20", "-max_len=20000",
         "-rss_limit_mb=4096", "-print_final_stats=1"],
        cwd=ROOT, env={**os.environ, "FUZZ_TARGET": target}, capture_output=True, text=True, errors="replace")
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    inputs = int(executed.group(1)) if executed else 0
    print(f"{target:10} {inputs:>9} inputs, {covered[-1] if covered else 0} edges"
          f"{'' if done.returncode == 0 else ', FAILED'}")
    if done.returncode or not inputs:
        print("\n".join(done.stderr.splitlines()[-40:]))
    return inputs, int(covered[-1]) if covered else 0, done.returncode != 0 or not inputs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    parser.add_argument("targets", nargs="*", default=[])
    args = parser.parse_args()
    (WORK / "seeds").mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "tests/fuzz/broken.py", "--write", WORK / "broken"], check=True)
    subprocess.run([args.build / "fuzz-inputs", "--count", "0", "--captures", WORK / "broken",
                    "--seeds", WORK / "seeds"],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    print(f"seed {args.seed}")
    started = time.time()
    results = {t: run(t, args) for t in args.targets or TARGETS}
    failed = [t for t, r in results.items() if r[2]]
    if args.json:
        version = subprocess.run(["clang", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
        pathlib.Path(args.json).write_text(json.dumps({
            "name": "fuzz", "judge": "libFuzzer, AddressSanitizer, UBSan", "version": version,
            "seed": args.seed, "cases": sum(r[0] for r in results.values()), "failures": len(failed),
            "skipped": [], "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(time.time() - started, 1),
            "detail": {t: {"inputs": r[0], "edges": r[1]} for t, r in results.items()}}, indent=1) + "\n")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


sys.exit(main())
