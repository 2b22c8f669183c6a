#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes every NAT rule, route and advertisement of the article's topology away,
each alone in a copy, and shows which scenarios catch it.

What is caught by what is kept in caught.txt beside this script; a difference
fails, and so does a removal that no scenario notices. --bless rewrites it.
"""
import copy
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOPOLOGY = "topology/library/vcf4-static.yaml"
MAPS = {
    "tier0s": ["static_routes", "nat_rules"],
    "tier1s": ["static_routes", "nat_rules"],
    "routers": ["routes", "nat_rules"],
    "hosts": ["routes", "nat_rules"],
}


def removals(tree):
    """(what, path to delete) for everything that can be taken away."""
    for kind, maps in MAPS.items():
        for name, record in (tree.get(kind) or {}).items():
            for field in maps:
                for item in (record or {}).get(field) or {}:
                    yield f"{kind}.{name}.{field}.{item}", (kind, name, field, item)
            for what in (record or {}).get("route_advertisement_types") or []:
                yield (
                    f"{kind}.{name}.route_advertisement_types.{what}",
                    (kind, name, "route_advertisement_types", what),
                )


def without(tree, path):
    tree = copy.deepcopy(tree)
    at = tree
    for key in path[:-1]:
        at = at[key]
    at.remove(path[-1]) if isinstance(at, list) else at.pop(path[-1])
    return tree


def caught_by(binary, folder):
    """Scenarios whose expectations fail; one that cannot be read at all (it
    deletes the very same thing itself) has caught nothing."""
    found = []
    for scenario in sorted((folder / "scenarios").rglob("*.yaml")):
        done = subprocess.run(
            [binary, "test", str(scenario)], capture_output=True, timeout=60
        )
        if done.returncode == 1:
            found.append(str(scenario.relative_to(folder / "scenarios")))
        elif done.returncode not in (0, 2):
            sys.exit(f"{scenario}: exit {done.returncode}\n{done.stderr.decode()}")
    return found


def main():
    args = [a for a in sys.argv[1:] if a != "--bless"]
    binary = os.path.abspath(args[0])
    tree = yaml.safe_load((ROOT / TOPOLOGY).read_text())
    lines, unnoticed = [], []
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        shutil.copytree(ROOT / "topology/library", folder / "topology/library")
        shutil.copytree(ROOT / "scenarios", folder / "scenarios",
                        ignore=shutil.ignore_patterns("*.c", "*.h"))
        if caught_by(binary, folder):
            sys.exit("the untouched copy does not pass")
        for what, path in removals(tree):
            text = yaml.safe_dump(without(tree, path), sort_keys=False)
            (folder / TOPOLOGY).write_text(text)
            found = caught_by(binary, folder)
            lines.append(f"{what}: {' '.join(found) or '-'}")
            if not found:
                unnoticed.append(what)
    table = "\n".join(lines) + "\n"
    print(table)
    stored = HERE / "caught.txt"
    if "--bless" in sys.argv:
        stored.write_text(table)
    differs = set(table.splitlines()) ^ set(
        stored.read_text().splitlines() if stored.exists() else []
    )
    for line in sorted(differs):
        print(f"differs from caught.txt: {line}")
    for what in unnoticed:
        print(f"nothing notices that {what} is gone")
    bad = len(set(unnoticed) | {d.split(": ")[0] for d in differs})
    print(f"{len(lines) - bad} passed, {bad} failed")
    return 1 if bad or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
