#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tierpath says about mistakes in files, word for word.

A *.case file beside this script holds cases:

    == what is wrong                      begins a case
    base topology                         (topology/library/two-tier.yaml) or
    base scenario                         (scenario.yaml beside this script)
    - one line of the base                replaced by
    + the lines after it                  (no '-': added at the end)
    | a whole file                        instead of a base, line by line
    run lint FILE                         arguments; default: lint of the file
    >                                     what must be printed, each line

The file is called net.yaml or scenario.yaml, the base of a scenario lies beside
it. 'exit N' closes the case. --bless writes what is printed into the cases; read
the diff. Every message of the sources must occur in some case, but for those
named in UNREACHED.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SOURCES = ["topology/lang", "topology/model", "topology/build", "scenarios/lang",
           "scenarios/play"]
# Messages that no small file can bring about, and why.
UNREACHED = {
    "the network would have up to %zu nodes: %u is the limit":
        "two million hosts",
    "%s is larger than %u MiB": "a file of that size; tests/limits has it",
    "cannot read %s: %s": "the file is missing; tests/cli has it",
    "'%s' has %zu ports: which one?": "of replay; tests/capture has it",
}
BASES = {
    "topology": ("net.yaml", ROOT / "topology/library/two-tier.yaml"),
    "scenario": ("scenario.yaml", HERE / "scenario.yaml"),
}


class Case:
    def __init__(self, title):
        self.title, self.head, self.want, self.status = title, [], [], None
        self.base, self.edits, self.whole, self.run = None, [], [], None

    def take(self, line):
        word = line[:2]
        if line.startswith(">"):
            self.want.append(line[2:])
            return
        if line.startswith("exit "):
            self.status = int(line[5:])
            return
        self.head.append(line)
        if line.startswith("base "):
            self.base = line[5:]
        elif line.startswith("run "):
            self.run = line[4:].split()
        elif word in ("| ", "|"):
            self.whole.append(line[2:])
        elif word == "- ":
            self.edits.append((line[2:], []))
        elif line.startswith("+"):
            if not self.edits:
                self.edits.append((None, []))
            self.edits[-1][1].append(line[2:])
        elif line.strip():
            sys.exit(f"{self.title}: what is '{line}'?")

    def text(self):
        if self.whole:
            return "\n".join(self.whole) + "\n"
        lines = BASES[self.base][1].read_text().splitlines()
        for old, new in self.edits:
            if old is None:
                lines += new
                continue
            if lines.count(old) != 1:
                sys.exit(f"{self.title}: {lines.count(old)} lines are '{old}'")
            at = lines.index(old)
            lines[at : at + 1] = new
        return "\n".join(lines) + "\n"

    def play(self, binary):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            name = BASES[self.base or "topology"][0]
            (folder / "two-tier.yaml").write_text(BASES["topology"][1].read_text())
            (folder / name).write_text(self.text())
            done = subprocess.run(
                [binary, *(self.run or ["lint", name])], cwd=folder,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors="backslashreplace", timeout=60)
            lines = [line.rstrip() for line in done.stdout.splitlines()]
            return lines, done.returncode

    def write(self):
        lines = [f"== {self.title}"] + self.head
        lines += [("> " + w).rstrip() for w in self.want]
        return "\n".join(lines + [f"exit {self.status}", ""])


def read(path):
    cases = []
    for line in path.read_text().splitlines():
        if line.startswith("== "):
            cases.append(Case(line[3:]))
        elif cases and (line or cases[-1].status is None):
            cases[-1].take(line)
    return cases


def strings(text):
    """The string literals from the start of 'text' on, joined."""
    joined = ""
    at = 0
    while found := re.compile(r'\s*"((?:[^"\\]|\\.)*)"').match(text, at):
        joined += found.group(1)
        at = found.end()
    return joined.replace('\\"', '"')


def messages():
    """Every format of a message in the sources, and what values must be."""
    found = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).glob("*.c")):
            text = path.read_text()
            for call in re.finditer(r"\b(diag_error|diag_warning|schema_wrong)\(", text):
                args = text[call.end() : call.end() + 400]
                for literal in re.finditer(r'"', args):
                    if args[: literal.start()].count("(") < args[: literal.start()].count(")"):
                        break
                    message = strings(args[literal.start() :])
                    if message and message != "%s":
                        found.setdefault(message, path.relative_to(ROOT))
                    break
    return found


def as_pattern(message):
    parts = re.split(r"%(?:llu|zu|[sud])", message)
    return re.compile(".*".join(re.escape(p) for p in parts))


def main():
    args = [a for a in sys.argv[1:] if a != "--bless"]
    bless = len(args) < len(sys.argv) - 1
    if len(args) != 1:
        sys.exit("usage: lang.py [--bless] TIERPATH")
    binary = str(pathlib.Path(args[0]).resolve())
    passed = failed = 0
    printed = ""
    for path in sorted(HERE.glob("*.case")):
        cases = read(path)
        for case in cases:
            got, status = case.play(binary)
            printed += "\n".join(got) + "\n"
            if bless:
                case.want, case.status = got, status
            if (got, status) == (case.want, case.status):
                passed += 1
                continue
            failed += 1
            print(f"not ok - {path.name}: {case.title}: exit {status}")
            print("\n".join("    " + g for g in got))
        if bless:
            path.write_text("\n".join(c.write() for c in cases))
    for message, where in messages().items():
        if message in UNREACHED:
            continue
        if as_pattern(message).search(printed):
            passed += 1
            continue
        failed += 1
        print(f"not ok - no case shows '{message}' of {where}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
