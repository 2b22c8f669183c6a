#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The unit tests under valgrind: no invalid access, nothing uninitialized, no leak.

valgrind.py BUILD-DIRECTORY [--limit SECONDS] [--json FILE] [SUITE...]

Suite by suite, each at most --limit long. Oracles (tests/oracle) are left out:
they are the same code with more random numbers.
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
BAD = 99  # exit status of valgrind if it found something


def suites():
    for path in sorted((ROOT / "tests/unit").glob("**/*_test.c")):
        yield re.search(r'suite_create\("([^"]+)"', path.read_text()).group(1)


def run(suite, args):
    """How many checks ran, and what is wrong: text, or None."""
    words = ["valgrind", "-q", f"--error-exitcode={BAD}", "--leak-check=full",
             "--errors-for-leak-kinds=definite,indirect,possible", args.build / "unit-tests", suite]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=args.limit, cwd=ROOT,
                              env={**os.environ, "CK_FORK": "no", "CK_VERBOSITY": "minimal"})
    except subprocess.TimeoutExpired:
        return 0, "slow"
    checks = re.search(r"Checks: (\d+)", done.stdout)
    if done.returncode or not checks or not int(checks.group(1)):
        return 0, done.stdout[-1000:] + done.stderr[-4000:]
    return int(checks.group(1)), None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--json")
    parser.add_argument("suites", nargs="*", default=[])
    args = parser.parse_intermixed_args()
    started, cases, failed, skipped = time.time(), 0, [], ["oracles: the same code with more random numbers"]
    for suite in args.suites or suites():
        checks, wrong = run(suite, args)
        cases += checks
        if wrong == "slow":
            skipped.append(f"{suite}: takes longer than {args.limit} s")
        elif wrong:
            failed.append(suite)
            print(f"not ok - {suite}\n{wrong}", flush=True)
    version = subprocess.run(["valgrind", "--version"], capture_output=True, text=True).stdout.strip()
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({
            "name": "valgrind", "judge": "memcheck", "version": version, "seed": "none",
            "cases": cases + len(failed), "failures": len(failed), "skipped": skipped,
            "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(time.time() - started, 1),
            "detail": {"suites with errors": failed}}, indent=1) + "\n")
    for reason in skipped:
        print(f"not run: {reason}")
    print(f"{cases} passed, {len(failed)} failed")
    return 1 if failed or not cases else 0


sys.exit(main())
