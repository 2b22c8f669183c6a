#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What happens when there is no more: of memory, of disk, of what a run may take.

limits.py BUILD-DIRECTORY [--all] [--json FILE]

Memory: nomem.so lets the N-th request fail, alone or with all later ones, for N
chosen by a seed that is printed (NOMEM_SEED), or for every N (--all). The program must end
with status 4 and a sentence, or with 2 if the library that asked said so; and
if it ends well all the same, what it wrote must be what it writes otherwise.
Disk: /dev/full, a limit on the size of files, a small tmpfs (where one may mount).
Never may there be a file under its final name that is not whole.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PULL = "scenarios/article/b-podvm-timeout.yaml"
NET = "topology/library/two-tier.yaml"
TRACE = ["trace", NET, "--from", "vm-a", "--to", "server"]
# Command lines; OUT is a folder for what they write.
COMMANDS = [
    ["lint", NET],
    ["schema", "topology"],
    ["show", NET, "--json"],
    ["run", "-q", PULL, "-w", "OUT/a.pcapng"],
    ["run", "--json", PULL, "-w", "OUT/a.pcap"],
    TRACE + ["--capture-dir", "OUT/ports"],
    ["test", "scenarios/dns", "--junit", "OUT/a.xml"],
]
SAMPLES = 25
FAILED = []
COUNT = {"memory": 0, "disk": 0, "limits": 0}
SKIPPED = []


def check(kind, what, good, said=""):
    COUNT[kind] += 1
    if not good:
        FAILED.append(what)
        print(f"not ok - {what}\n  # {said.strip()[:400]}")


def run(args, out, **more):
    words = [w.replace("OUT", str(out)) for w in args]
    try:
        return subprocess.run([BIN, *words], cwd=ROOT, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, **more)
    except subprocess.TimeoutExpired as e:
        return subprocess.CompletedProcess(words, "hang", e.stdout or b"", e.stderr or b"")


def files(folder):
    """What stands there under a final name."""
    return {str(p.relative_to(folder)): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file() and ".part" not in p.name}


def fresh(parent):
    return pathlib.Path(tempfile.mkdtemp(dir=parent))


def half_written(got, want):
    return [n for n, b in got.items() if want.get(n) != b]


def count_requests(args, tmp, lib):
    counted = tmp / "count"
    p = run(args, fresh(tmp), env={**os.environ, "LD_PRELOAD": lib, "NOMEM_COUNT": str(counted)})
    return int(counted.read_text()), p


def one_failure(args, n, once, tmp, lib, want):
    out = fresh(tmp)
    env = {**os.environ, "LD_PRELOAD": lib, "NOMEM_AT": str(n)}
    if once:
        env["NOMEM_ONCE"] = "1"
    p = run(args, out, env=env)
    what = f"{' '.join(args)}, request {n} for memory {'alone ' * once}fails"
    said = p.stderr.decode(errors="replace")
    if p.returncode == 0:
        check("memory", what + ", nothing else", (p.stdout, files(out)) == want, said)
    else:
        check("memory", what + f", status {p.returncode}",
              p.returncode in (2, 4) and "memory" in said, said)
        check("memory", what + ", nothing half-written",
              not half_written(files(out), want[1]), said)


def memory(tmp, everything):
    lib = str(BUILD / "nomem.so")
    if "asan" in BUILD.name:
        SKIPPED.append("memory: the sanitizer has its own malloc")
        return
    seed = int(os.environ.get("NOMEM_SEED", "1"))
    chance = random.Random(seed)
    for args in COMMANDS:
        out = fresh(tmp)
        normal = run(args, out)
        want = (normal.stdout, files(out))
        total, _ = count_requests(args, tmp, lib)
        check("memory", f"{' '.join(args)} asks for memory", total > 3)
        some = range(1, total + 1)
        if not everything:
            some = sorted(chance.sample(some, min(SAMPLES, total)) + [1, total])
        for n in some:
            for once in (False, True) if everything else (chance.random() < 0.5,):
                one_failure(args, n, once, tmp, lib, want)


def limit_size(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def disk(tmp):
    for args in [c for c in COMMANDS if any("OUT" in w for w in c)]:
        out = fresh(tmp)
        run(args, out)
        want = files(out)
        check("disk", f"{' '.join(args)} writes", want and all(want.values()))
        largest = max(len(b) for b in want.values())
        for size in sorted({0, 1, largest // 2, largest - 1}):
            out = fresh(tmp)
            p = run(args, out, preexec_fn=limit_size(size))
            what = f"{' '.join(args)}, files of {size} bytes at most"
            said = p.stderr.decode(errors="replace")
            check("disk", what, p.returncode in (2, 4) and "cannot write" in said,
                  f"status {p.returncode}: {said}")
            check("disk", what + ", nothing half-written",
                  not half_written(files(out), want), said)
            check("disk", what + ", no other leftovers",
                  not [x for x in out.rglob("*") if ".part" in x.name])
    for args in (["run", "-q", PULL, "-w", "/dev/full"], ["test", "scenarios/dns", "--junit", "/dev/full"],
                 ["run", "-q", PULL, "-w", "/dev/full", "--json"]):
        p = run(args, tmp)
        check("disk", " ".join(args), p.returncode in (2, 4) and b"cannot write" in p.stderr,
              f"status {p.returncode}: {p.stderr.decode()}")
    for args in (["run", PULL], ["run", "--json", PULL], TRACE, ["show", NET], ["lint", NET],
                 ["schema", "topology"], ["test", "scenarios/dns"], ["help"], ["--version"]):
        with open("/dev/full", "wb") as full:
            p = subprocess.run([BIN, *args], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60)
        check("disk", f"{' '.join(args)} > /dev/full", p.returncode == 4, f"status {p.returncode}")


def small_disk(tmp):
    """A file system that is full indeed, in a mount namespace that ends with us."""
    script = ('mount -t tmpfs -o size=16k none "$1" && cd "$2" && '
              '"$3" run -q "$4" -w "$1/a.pcapng"; echo status $?; ls -A "$1"')
    where = fresh(tmp)
    p = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", str(where), str(ROOT), BIN, PULL],
                       capture_output=True, timeout=60)
    if b"mount" in p.stderr or b"unshare" in p.stderr:
        SKIPPED.append("disk: a tmpfs cannot be mounted here")
        return
    check("disk", "a capture onto a full tmpfs", p.stdout.endswith(b"status 2\n") and
          b"No space left" in p.stderr, (p.stdout + p.stderr).decode(errors="replace"))


def refused(args, tmp, status, words):
    p = run(args, tmp)
    said = p.stderr.decode(errors="replace") + p.stdout.decode(errors="replace")
    check("limits", f"{' '.join(args)} ends with {status}", p.returncode == status,
          f"status {p.returncode}: {said}")
    check("limits", f"{' '.join(args)} says: {words}", words in said, said)


def limits(tmp):
    cap = str(tmp / "a.pcap")
    run(TRACE + ["-w", cap, "--capture", "port=t1:seg-a"], tmp)
    replay = ["replay", cap, "--topology", NET, "--into", "t1:seg-a"]
    for args in (["run", PULL], ["test", "scenarios/dns"], TRACE, ["show", PULL, "sessions"], replay):
        refused(args + ["--max-events", "3"], tmp, 4, "ended after 3 events")
        refused(args + ["--max-packets", "1"], tmp, 4, "ended after 1 packets in flight at once")
    refused(["run", PULL, "--max-packets", "0"], tmp, 2, "takes a number from 1 to 4096")
    deep = tmp / "deep.yaml"
    deep.write_text("tier0s: " + "{a: " * 70 + "1" + "}" * 70 + "\n")
    refused(["lint", str(deep)], tmp, 2, "nested too deeply")
    huge = tmp / "huge.yaml"
    with open(huge, "wb") as f:
        f.truncate((1 << 30) + 1)
    refused(["lint", str(huge)], tmp, 2, "is larger than 1024 MiB")
    bomb = tmp / "bomb.yaml"
    bomb.write_text("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")
    refused(["lint", str(bomb)], tmp, 2, "aliases (*name) are not supported")


def main():
    started = time.time()
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name)
        print("seed", os.environ.get("NOMEM_SEED", "1"))
        limits(tmp)
        disk(tmp)
        small_disk(tmp)
        memory(tmp, ARGS.all)
    for reason in SKIPPED:
        print(f"not run: {reason}")
    cases = sum(COUNT.values())
    if ARGS.json:
        pathlib.Path(ARGS.json).write_text(json.dumps({
            "name": "limits", "judge": "RLIMIT_FSIZE, /dev/full, tmpfs, a malloc that fails",
            "version": "Linux " + os.uname().release.split("-")[0], "seed": int(os.environ.get("NOMEM_SEED", "1")),
            "cases": cases, "failures": len(FAILED), "skipped": SKIPPED,
            "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(time.time() - started, 1),
            "detail": COUNT}, indent=1) + "\n")
    print(f"{cases - len(FAILED)} passed, {len(FAILED)} failed")
    return 1 if FAILED else 0


parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--all", action="store_true")
parser.add_argument("--json")
ARGS = parser.parse_args()
BUILD = ARGS.build.resolve()
BIN = str(BUILD / "tierpath")
sys.exit(main())
