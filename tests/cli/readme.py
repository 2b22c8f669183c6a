#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the README files print is what the program prints.

In every README.md of the tree:

- a ```console block holds commands behind "$ " and their whole output;
- a ```text block behind a comment <!-- tierpath ... --> holds lines that stand
  together in the output of that command, perhaps further to the right;
- a ```yaml block with expectations is a scenario, and they are met.
"""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIBRARY = ROOT / "topology/library"
BLOCK = re.compile(
    r"(?:<!-- tierpath (?P<command>[^\n]*) -->\n+)?"
    r"^```(?P<kind>console|text|yaml)\n(?P<body>.*?)^```$",
    re.M | re.S,
)


def output_of(binary, words):
    done = subprocess.run(
        [binary, *words], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"COLUMNS": "100", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout + done.stderr


def check_console(binary, body):
    for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
        line, _, wanted = part.partition("\n")
        words = shlex.split(line)
        if words[0] != "tierpath":
            return f"not a command of ours: {line}"
        seen = output_of(binary, words[1:])
        if seen.rstrip("\n") != wanted.rstrip("\n"):
            return f"$ {line}\nprints:\n{seen}"
    return None


def check_text(binary, command, body):
    seen = [line.strip() for line in output_of(binary, shlex.split(command)).splitlines()]
    wanted = [line.strip() for line in body.splitlines()]
    for at in range(len(seen) - len(wanted) + 1):
        if seen[at : at + len(wanted)] == wanted:
            return None
    return f"tierpath {command} does not print it"


def check_scenario(binary, body):
    with tempfile.TemporaryDirectory() as tmp:
        text = re.sub(r"^(topology: *)\S*?([\w-]+\.yaml)", rf"\g<1>{LIBRARY}/\2", body, flags=re.M)
        path = pathlib.Path(tmp, "scenario.yaml")
        path.write_text(text)
        done = subprocess.run([binary, "test", path], capture_output=True, text=True, timeout=60)
        return None if done.returncode == 0 else done.stdout + done.stderr


def checks(binary, path):
    text = path.read_text()
    for m in BLOCK.finditer(text):
        where = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, m.start()) + 1}"
        if m["kind"] == "console":
            yield where, check_console(binary, m["body"])
        elif m["kind"] == "text" and m["command"]:
            yield where, check_text(binary, m["command"], m["body"])
        elif m["kind"] == "yaml" and "\nexpect:" in m["body"]:
            yield where, check_scenario(binary, m["body"])


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*README.md"],
                           cwd=ROOT, capture_output=True, text=True).stdout.split()
    files = files or [p.relative_to(ROOT) for p in ROOT.rglob("README.md")]
    results = [r for f in files for r in checks(binary, ROOT / f)]
    for where, fault in results:
        if fault:
            print(f"not ok - {where}: {fault}")
    bad = sum(1 for _, fault in results if fault)
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
