#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Would the tests notice? Breaks the engine in many small ways, one at a time.

mutation.py [--count N] [--seed N] [--again RESULT] [--json FILE]

Works in a copy, build/mutation/tree. A mutant is one change of one line: an
operator, a constant, a condition that always or never holds, a call left out.
One that does not compile, or compiles to the same machine code, is no mutant:
another of that file is taken. Tests run until one fails (or hangs: that is
noticed, too): the file's own suite, its folder's, all quick ones that can reach
its layer, its folder's once more with fork; scenarios, lang, rfc, golden; units
under the sanitizers; slow suites; cli. equivalent.txt has survivors that change
nothing anybody could see, each with a reason; one that does not name exactly one
mutant is refused.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import workcopy  # noqa: E402 (found there)

COPY = workcopy.WorkCopy("mutation")
TREE = COPY.tree
LAYERS = re.search(r"LAYERS := (.*?[^\\])\n", (ROOT / "Makefile").read_text(), re.S).group(1).replace("\\\n", "").split()
EXCEPT = ["sim/host/tls_none.c"]  # not in the build that is tested
FOLDERS = ["sim/base", "sim/wire", "sim/table", "sim/path", "sim/world", "sim/host", "sim/record",
           "topology/build", "topology/model", "scenarios/play", "tools/explain"]
OPERATORS = [(r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "),
             (r" >= ", " > "), (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "),
             (r"\+\+", "--"), (r" << ", " >> "), (r" & ", " | ")]
GROUPS = ["scenarios", "lang", "rfc", "golden"]
GROUP_LIMIT = 200  # seconds
SLOW = 1  # seconds; a suite that takes longer comes late, and not under the sanitizers


def line_changes(line):
    """Every mutant of a line, as (what, new line)."""
    for old, new in OPERATORS:
        for m in re.finditer(old, line):
            yield f"'{m.group().strip()}' to '{new.strip()}'", line[:m.start()] + new + line[m.end():]
    for m in re.finditer(r"(?<![\w.\"'])(\d+)(?=[;,)\]\s])", line):
        yield f"{m.group()} to {int(m.group()) + 1}", line[:m.start()] + str(int(m.group()) + 1) + line[m.end():]
    m = re.match(r"(\s+)if \((.*)\)( \{)?$", line)
    if m and m.group(2).count("(") == m.group(2).count(")"):
        for value in "0", "1":
            yield f"if ({value})", f"{m.group(1)}if (({m.group(2)}, {value})){m.group(3) or ''}"
    m = re.match(r"(\s+)([a-z]\w*\(.*\);)$", line)
    if m and m.group(2).count("(") == m.group(2).count(")"):
        yield "call left out", f"{m.group(1)};"
    m = re.match(r"(\s+return )(true|false);$", line)
    if m:
        yield "the other return", m.group(1) + ("false;" if m.group(2) == "true" else "true;")


def all_changes(path):
    """Every mutant of a file, as (index of the line, what, line, new line)."""
    inside, comment, before = False, False, ""
    for number, line in enumerate(path.read_text().splitlines()):
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        if "/*" in line:
            comment = "*/" not in line
            continue
        comment = comment and "*/" not in line
        if inside and not comment and not line.lstrip().startswith(("*", "//", "assert", "static_assert")):
            for what, new in line_changes(line):
                if what != "call left out" or before.rstrip().endswith((";", "{", "}", ")", "*/")):
                    yield number, what, line, new
        before = line


def candidates(path):
    """The same, each by a name of its own: where a line or a change of it comes
    again in the file, 'what' ends with which of them it is: ", 2 of 3"."""
    found = list(all_changes(path))
    total = collections.Counter((line.strip(), what) for _, what, line, _ in found)
    met = collections.Counter()
    for number, what, line, new in found:
        key = line.strip(), what
        met[key] += 1
        yield number, what if total[key] == 1 else f"{what}, {met[key]} of {total[key]}", line, new


def plain(what):
    """Without which of several it is."""
    return re.sub(r", \d+ of \d+$", "", what)


class Suite:
    """One suite of the unit tests. 'reach': the last layer that it uses."""

    def __init__(self, path):
        self.path = path.relative_to(TREE)
        self.name = re.search(r'suite_create\("([^"]+)"', path.read_text()).group(1)
        needs = (TREE / "build/mutant" / self.path.with_suffix(".d")).read_text().split()
        self.reach = max(map(layer_of, needs))
        self.seconds = 0


def sh(words, limit, more=None):
    """True if it ends well and in time."""
    return COPY.run(words, limit, more) == 0


def layer_of(path):
    """Where its folder stands in LAYERS, or -1."""
    return LAYERS.index(folder) if (folder := os.path.dirname(path)) in LAYERS else -1


def units(kind, suites, fork=False):
    """True if those pass. Without fork one process has them all, and a crash is a status;
    tests of what must crash need a process of their own."""
    more = {"CK_VERBOSITY": "minimal", "CK_TIMEOUT_MULTIPLIER": "10", "ASAN_OPTIONS": "hard_rss_limit_mb=4000"}
    if not fork:
        more["CK_FORK"] = "no"
    words = [f"build/{kind}/unit-tests", *(s.name for s in suites)]
    if kind == "mutant":
        words = ["prlimit", f"--as={4 << 30}", *words]
    return not suites or sh(words, 20 + 3 * sum(s.seconds for s in suites), more)


def prepare():
    """The tree as git knows it, built and found good; its suites, quickest first."""
    COPY.refresh()
    for kind in "mutant", "asan":
        if not COPY.build(kind, "all", f"build/{kind}/unit-tests", f"build/{kind}/rfc-check"):
            sys.exit(f"it does not build: {COPY.log}")
    suites = [Suite(p) for p in sorted([*TREE.glob("tests/unit/**/*_test.c"), *TREE.glob("tests/oracle/*_test.c")])]
    for s in suites:
        started, s.seconds = time.time(), 600
        if not units("mutant", [s]):
            sys.exit(f"{s.name} fails without a mutant: {COPY.log}")
        s.seconds = time.time() - started
    if failed := first_failure(suites, -1, []):
        sys.exit(f"{failed} fails without a mutant: {COPY.log}")
    return sorted(suites, key=lambda s: s.seconds)


def first_failure(suites, layer, near):
    """Who notices, or None. 'near': suites to ask first, one by one."""
    suites = [s for s in suites if s.reach >= layer]
    quick = [s for s in suites if s.seconds <= SLOW]
    for s in near:
        if not units("mutant", [s]):
            return f"unit {s.name}"
    if not units("mutant", [s for s in quick if s not in near]):
        return "units"
    if not units("mutant", [s for s in near if s in quick], fork=True):
        return "units with fork"
    if not COPY.build("mutant", "all", "build/mutant/rfc-check"):
        return "does not link"
    for group in GROUPS:
        if not sh(["tests/all.sh", "build/mutant", group], GROUP_LIMIT):
            return group
    if not COPY.build("asan", "build/asan/unit-tests"):
        return "does not link"
    if not units("asan", quick):
        return "sanitizers"
    if not units("mutant", [s for s in suites if s not in quick]):
        return "slow units"
    return None if sh(["tests/all.sh", "build/mutant", "cli"], GROUP_LIMIT) else "cli"


def judge(name, suites):
    """What notices the change of 'name', None, or why it is no mutant."""
    made = TREE / "build/mutant" / name.with_suffix(".o")
    before = made.read_bytes()
    if not COPY.build("mutant", str(made.relative_to(TREE))):
        return "does not compile"
    if made.read_bytes() == before:
        return "same code"
    if not COPY.build("mutant", "build/mutant/unit-tests"):
        return "does not link"
    folder = pathlib.Path("tests/unit") / name.parent
    near = sorted((s for s in suites if s.path.parent == folder), key=lambda s: s.path.stem != f"{name.stem}_test")
    return first_failure(suites, layer_of(str(name)), near)


def try_one(mutant, suites):
    name, number, what, old, new = mutant
    path = TREE / name
    text = path.read_text()
    lines = text.splitlines()
    lines[number] = new
    path.write_text("\n".join(lines) + "\n")
    try:
        return judge(name, suites)
    finally:
        path.write_text(text)
        for kind in "mutant", "asan":
            (TREE / "build" / kind / name.with_suffix(".o")).unlink(missing_ok=True)
        COPY.build("mutant", str(pathlib.Path("build/mutant") / name.with_suffix(".o")))


NO_MUTANT = "does not compile", "same code", "does not link"


def each(seed):
    """Mutants without end: one per file in turn, files in random order. Whoever
    asks sends back whether it was one; if not, another of that file comes."""
    chance = random.Random(seed)
    files = [p for f in FOLDERS for p in sorted((TREE / f).glob("*.c"))
             if str(p.relative_to(TREE)) not in EXCEPT]
    pool = {p: list(candidates(p)) for p in files}
    for some in pool.values():
        chance.shuffle(some)
    while any(pool.values()):
        chance.shuffle(files)
        for p in files:
            good = False
            while pool[p] and not good:
                good = yield (p.relative_to(TREE), *pool[p].pop())


def misfit(name, line, what):
    """What is wrong with such an entry, or None."""
    path = ROOT / name
    same = [c for c in candidates(path) if c[2].strip() == line] if path.is_file() else []
    if any(c[1] == what for c in same):
        return None
    if like := [c for c in same if plain(c[1]) == plain(what)]:
        return "name one:" + "".join(f"\n    {c[1]} (line {c[0] + 1}: {c[3].strip()})" for c in like)
    return "that line has no such change" if same else "no such line"


def equivalents():
    """The reasons of equivalent.txt; the end if an entry does not name one mutant."""
    known, wrong = {}, []
    listed = pathlib.Path(__file__).parent / "equivalent.txt"
    for number, text in enumerate(listed.read_text().splitlines(), 1):
        if not text or text.startswith("#"):
            continue
        place, what, reason = text.rsplit(" | ", 2)
        name, line = place.split(": ", 1)
        problem = "twice" if (place, what) in known else misfit(name, line, what)
        if problem:
            wrong.append(f"{listed.relative_to(ROOT)}:{number}: {place} | {what}: {problem}")
        known[place, what] = reason
    if wrong:
        sys.exit("\n".join(wrong))
    return known


def text_of(mutant):
    name, number, what, old, _ = mutant
    return f"{name}:{number + 1}: {what}: {old.strip()}"


def reason_of(mutant, known):
    name, _, what, old, _ = mutant
    return known.get((f"{name}: {old.strip()}", what))


def fresh(seed, count, known, suites):
    """That many mutants, as (mutant, who noticed); and those that were none. What
    is known to change nothing is not tried."""
    source, found = each(seed), 0
    m = next(source)
    while found < count:
        noticed = None if reason_of(m, known) else try_one(m, suites)
        found += noticed not in NO_MUTANT
        yield m, noticed
        m = source.send(noticed not in NO_MUTANT)


def again(was, known, suites):
    """What survived an earlier run, as code and tests are now; what is known to
    change nothing is not tried."""
    for m in [*was["detail"]["survivors"], *was["detail"]["equivalent"]]:
        path = TREE / m["file"]
        same = [(pathlib.Path(m["file"]), *c) for c in (candidates(path) if path.is_file() else [])
                if (plain(c[1]), c[2].strip()) == (plain(m["change"]), m["code"])]
        if not same:
            print(f"no longer there: {m['file']}: {m['code']}")
            continue
        m = min(same, key=lambda c: (c[2] != m["change"], abs(c[1] + 1 - m["line"])))
        yield m, None if reason_of(m, known) else try_one(m, suites)


class Tally:
    """What became of the mutants."""

    def __init__(self):
        self.none, self.noticed = collections.Counter(), collections.Counter()
        self.survivors, self.equivalent, self.began = [], [], time.time()
        self.first = None  # percent, before what survived got tests
        self.version = workcopy.version()  # of what is copied now

    def add(self, mutant, who, reason):
        name, number, what, old, _ = mutant
        place = {"file": str(name), "line": number + 1, "change": what, "code": old.strip()}
        if who in NO_MUTANT:
            self.none[who] += 1
            return
        if who:
            self.noticed["its folder's units" if who.startswith("unit ") else who] += 1
        elif reason:
            self.equivalent.append({**place, "reason": reason})
        else:
            self.survivors.append(place)
        seconds, self.began = time.time() - self.began, time.time()
        verdict = who or ("equivalent" if reason else "SURVIVED")
        print(f"{self.cases() + len(self.equivalent):4} {seconds:3.0f} s  {verdict:30} {text_of(mutant)}", flush=True)

    def cases(self):
        return sum(self.noticed.values()) + len(self.survivors)

    def percent(self):
        return round(100 * sum(self.noticed.values()) / max(self.cases(), 1), 1)

    def result(self, name, seed, seconds):
        """In the form of all results: tests/README.md."""
        return {"name": name, "judge": f"units (also under ASan and UBSan), {', '.join(GROUPS)}, cli",
                "version": self.version, "seed": seed, "cases": self.cases(), "failures": len(self.survivors),
                "skipped": [], "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(seconds),
                "detail": {"caught_percent": self.percent(), "first_percent": self.first or self.percent(),
                           "noticed_by": dict(self.noticed),
                           "taken_instead_of": dict(self.none), "equivalent": self.equivalent,
                           "survivors": self.survivors}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=pathlib.Path, metavar="FILE", help="only what survived there; the result is of both")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    os.nice(19)
    started, known, tally = time.time(), equivalents(), Tally()
    was = json.loads(args.again.read_text()) if args.again else None
    if was:
        args.seed, started = was["seed"], started - was["seconds"]
        tally.none.update(was["detail"]["taken_instead_of"])
        tally.noticed.update(was["detail"]["noticed_by"])
        tally.first = was["detail"].get("first_percent", was["detail"]["caught_percent"])
    suites = prepare()
    print(f"seed {args.seed}", flush=True)
    for mutant, who in again(was, known, suites) if was else fresh(args.seed, args.count, known, suites):
        tally.add(mutant, who, reason_of(mutant, known))
    if args.json:
        result = tally.result(args.json.stem, args.seed, time.time() - started)
        args.json.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{sum(tally.noticed.values())} of {tally.cases()} noticed ({tally.percent()} %), "
          f"{len(tally.equivalent)} more are equivalent; {tally.none['does not compile']} did not compile, "
          f"{tally.none['same code']} gave the same code")
    return 0 if tally.percent() >= 90 else 1


if __name__ == "__main__":
    sys.exit(main())
