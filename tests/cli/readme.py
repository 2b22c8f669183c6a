#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the README files print is what the program prints.

In every README.md of the tree:

- a ```console block holds commands behind "$ " and their whole output; a command
  may be a pipe and go on in the next line;
- a ```text block behind a comment <!-- tierpath ... --> holds lines that stand
  together in the output of that command, perhaps further to the right;
- a ```yaml block with expectations is a scenario, and they are met.

--bless rewrites console and text blocks; read the diff.
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


def commands_of(body):
    """(command, the output below it); a line that ends in "|" or "\\" goes on."""
    lines = body.splitlines(keepends=True)
    while lines:
        count = 1
        while lines[count - 1].rstrip().endswith(("|", "\\")):
            count += 1
        command, lines = "".join(lines[:count])[2:].rstrip(), lines[count:]
        end = next((i for i, line in enumerate(lines) if line.startswith("$ ")), len(lines))
        yield command, "".join(lines[:end])
        lines = lines[end:]


def run_command(binary, command):
    """What a command prints; of a pipe, what comes out of its end."""
    if "|" not in command:
        return output_of(binary, shlex.split(command)[1:])
    with tempfile.TemporaryDirectory() as tmp:
        pathlib.Path(tmp, "tierpath").symlink_to(binary)
        return subprocess.run(
            ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60,
            env={"COLUMNS": "100", "PATH": f"{tmp}:/usr/bin:/bin", "HOME": tmp},
        ).stdout


def check_console(binary, body):
    for command, wanted in commands_of(body):
        if not command.startswith("tierpath "):
            return f"not a command of ours: {command}"
        seen = run_command(binary, command)
        if seen.rstrip("\n") != wanted.rstrip("\n"):
            return f"$ {command}\nprints:\n{seen}"
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


def blessed_console(binary, body):
    return "".join(f"$ {command}\n{run_command(binary, command).rstrip()}\n"
                   for command, _ in commands_of(body))


def blessed_text(binary, command, body):
    """From the line that begins as the block does to the next empty one."""
    seen = output_of(binary, shlex.split(command)).splitlines()
    start = body[:20]
    at = next(i for i, line in enumerate(seen) if line.strip().startswith(start))
    indent = len(seen[at]) - len(seen[at].lstrip())
    end = next((i for i in range(at, len(seen)) if not seen[i].strip()), len(seen))
    return "".join(f"{line[indent:]}\n" for line in seen[at:end])


def bless(binary, path):
    def anew(m):
        body = m["body"]
        if m["kind"] == "console":
            body = blessed_console(binary, body)
        elif m["kind"] == "text" and m["command"]:
            body = blessed_text(binary, m["command"], body)
        return m[0][: m.start("body") - m.start()] + body + "```"

    path.write_text(BLOCK.sub(anew, path.read_text()))


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
    binary = pathlib.Path(sys.argv[-1]).resolve()
    if "built without TLS" in output_of(binary, ["test", "scenarios/tls/expired.yaml"]):
        print("skipped: built without TLS, of which the README files tell")
        return 0
    files = [p for p in sorted(ROOT.rglob("README.md")) if "build" not in p.relative_to(ROOT).parts[:1]]
    for f in files if "--bless" in sys.argv else []:
        bless(binary, f)
    results = [r for f in files for r in checks(binary, f)]
    for where, fault in results:
        if fault:
            print(f"not ok - {where}: {fault}")
    bad = sum(1 for _, fault in results if fault)
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
