#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What does kernel-check find? Plants the bugs of plants.txt, one at a time.

plants.py [--count N] [--seed N] [--json FILE] [--only TEXT]

Works in a copy, build/plants/tree. Random cases are played until one differs; the
kept ones, some of which are of such bugs, are not. Two workers take the cases, and
each ends the one it has: so the smallest number that is told is the first case
that differs. Exit: 0 all found, 1 some not, 2 a plant that cannot be planted, or
one that nothing comes of but a crash, or a difference without any plant, 3 skipped
(no namespaces).
"""
import argparse
import dataclasses
import json
import os
import pathlib
import platform
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import workcopy  # noqa: E402 (found there)

COPY = workcopy.WorkCopy("plants")
LOG = COPY.log.relative_to(ROOT)
LIST = pathlib.Path(__file__).with_suffix(".txt")
CHECK = "build/mutant/kernel-check"
FIRST_LIMIT = 600  # seconds, without a plant
ROOM = 4 << 30  # bytes


class Unplantable(Exception):
    """The plant, or the tree as it is, is not in order."""


@dataclasses.dataclass
class Edit:
    file: str
    line: int  # in LIST
    old: str = ""
    new: str = ""

    def apply(self, text):
        times = ("\n" + text).count("\n" + self.old)
        if times != 1 or self.old == self.new:
            raise Unplantable(f"{LIST.relative_to(ROOT)}:{self.line}: lines that {self.file} must have once are there "
                              f"{times} times")
        return ("\n" + text).replace("\n" + self.old, "\n" + self.new)[1:]


@dataclasses.dataclass
class Plant:
    what: str
    line: int  # in LIST
    edits: list = dataclasses.field(default_factory=list)

    def texts(self):
        """The files with the bug in, by their names."""
        paths = {e.file: COPY.tree / e.file for e in self.edits}
        texts = {name: path.read_text() if path.is_file() else "" for name, path in paths.items()}
        for e in self.edits:
            texts[e.file] = e.apply(texts[e.file])
        return texts


def read_plants():
    plants, fresh = [], True
    for number, line in enumerate(LIST.read_text().splitlines(), 1):
        if line.startswith("#"):
            continue
        if not line:
            fresh = True
        elif fresh:
            plants.append(Plant(line, number))
            fresh = False
        elif line[0] in "-+ ":
            edit = plants[-1].edits[-1]
            edit.old += "" if line[0] == "+" else line[1:] + "\n"
            edit.new += "" if line[0] == "-" else line[1:] + "\n"
        else:
            plants[-1].edits.append(Edit(line, number))
    return plants


def play(count, seed, limit):
    """The first case that differs, and how; None and how, if it has no number; or
    None twice."""
    told = COPY.log.parent / "kernel.json"
    told.unlink(missing_ok=True)
    words = ["prlimit", f"--as={ROOM}", CHECK, "--count", count, "--seed", seed, "--jobs", 2, "--stop", "--kept", os.devnull,
             "--keep", told.parent, "--json", told]
    status, said = COPY.run([str(w) for w in words], limit), COPY.log.read_text(errors="replace")
    if status is None:
        return None, f"it does not end within {limit:.0f} s"
    if status == 3:
        print(said.splitlines()[-1])
        sys.exit(3)
    counted = json.loads(told.read_text())["detail"] if told.exists() else {}
    found = [(int(case), how) for case, how in re.findall(r"^seed \d+, case (\d+):\n(.*)", said, re.M)]
    if counted.get("cases that could not be played") != 0 or (status == 1) != bool(found):
        raise Unplantable(f"kernel-check does not end as it should: {LOG}")
    return min(found, default=(None, None))


def find(plant, count, seed, limit):
    """The same with the bug in. The copy is left as it was."""
    try:
        for name, text in plant.texts().items():
            (COPY.tree / name).write_text(text)
        if not COPY.build("mutant", CHECK):
            raise Unplantable(f"{LIST.relative_to(ROOT)}:{plant.line}: it does not build: {LOG}")
        return play(count, seed, limit)
    finally:
        COPY.refresh()


def prepare(plants, count, seed):
    """Each plant has its place, and the tree without any passes. How long it may take
    with one: a simulator that goes round for ever is noticed, too."""
    COPY.refresh()
    for plant in plants:
        plant.texts()
    if not COPY.build("mutant", CHECK):
        raise Unplantable(f"it does not build: {LOG}")
    started = time.time()
    case, how = play(count, seed, FIRST_LIMIT)
    if how is not None:
        raise Unplantable(f"case {case} differs without a plant: {how}")
    return 60 + 8 * (time.time() - started)


def try_all(plants, count, seed, limit):
    """What became of each, as it is told."""
    print(f"TAP version 13\n# seed {seed}\n1..{len(plants)}", flush=True)
    for number, plant in enumerate(plants, 1):
        row = {"what": plant.what, "files": sorted({e.file for e in plant.edits}), "case": None, "how": None}
        try:
            row["case"], row["how"] = find(plant, count, seed, limit)
            place = "" if row["case"] is None else f"case {row['case']}: "
            verdict = place + (row["how"] or f"not found in {count} cases")
        except Unplantable as fault:
            verdict = row["error"] = str(fault)
        print(f"{'not ' * (row['how'] is None)}ok {number} - {plant.what} # {verdict}", flush=True)
        yield row


def earlier(args):
    """What --json FILE says already, if some plants only are to be tried."""
    if not args.only or not args.json or not args.json.exists():
        return {}, 0
    was = json.loads(args.json.read_text())
    if (was["seed"], was["detail"]["random cases at most"]) != (args.seed, args.count):
        sys.exit(f"{args.json} is of another --seed or --count")
    return {p["what"]: p for p in was["detail"]["planted"]}, was["seconds"]


def result(args, planted, seconds):
    """In the form of all results: tests/README.md."""
    missed = sum(p["how"] is None for p in planted)
    return {"name": "plants", "judge": f"kernel-check beside {platform.system()}",
            "version": platform.release().split("-")[0], "seed": args.seed, "cases": len(planted), "failures": missed,
            "skipped": [], "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(seconds),
            "detail": {"tree": workcopy.version(), "random cases at most": args.count, "planted": planted}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="plants with this in their names; of others, what FILE says stays")
    args = parser.parse_args()
    os.nice(19)
    plants, (rows, seconds), started = read_plants(), earlier(args), time.time()
    chosen = [p for p in plants if args.only in p.what]
    try:
        limit = prepare(chosen, args.count, args.seed)
    except Unplantable as fault:
        print(fault)
        return 2
    rows.update((row["what"], row) for row in try_all(chosen, args.count, args.seed, limit))
    planted = [rows[p.what] for p in plants if p.what in rows]
    if args.json:
        args.json.write_text(json.dumps(result(args, planted, seconds + time.time() - started), indent=1) + "\n")
    missed = sum(p["how"] is None for p in planted)
    print(f"# {len(planted)} bugs planted, {len(planted) - missed} found")
    if any("error" in p for p in planted):
        return 2
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
