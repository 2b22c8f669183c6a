#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The printed JSON Schemas against the files, judged by a validator that we did
not write: they are schemas, all shipped files are valid, what is broken in form
is refused, and they never refuse what the loader takes (mutated files; the seed
is printed)."""
import copy
import json
import os
import pathlib
import random
import subprocess
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEED, MUTANTS = 1, 60
FILES = {
    "topology": sorted(ROOT.glob("topology/library/*.yaml")),
    "scenario": sorted(ROOT.glob("scenarios/*/*.yaml")),
}
# Path in two-tier.yaml or b-podvm-timeout.yaml, and what is put there.
BROKEN = {
    ("topology", "topology/library/two-tier.yaml"): [
        ("tier0s.t0.nat_rulez", {}),
        ("tier0z", {}),
        ("tier0s.t0.ha_mode", "ACTIVE_PASSIVE"),
        ("tier0s.t0.interfaces.up.address", "192.0.2.2"),
        ("tier0s.t0.static_routes.out.network", "0.0.0.0/33"),
        ("tier0s.t0.nat_rules.inside-out.sequence_number", "first"),
        ("tier0s.t0.nat_rules.inside-out.action", None),
        ("tier0s.t0.nat_rules.inside-out.actoin", "SNAT"),
        ("tier1s.t1.route_advertisement_types", ["TIER1_CONECTED"]),
        ("tier1s", []),
        ("segments.seg-a.gateway_address", 7),
        ("hosts.server.http_servers.web.port", 70000),
        ("hosts.server", "198.51.100.10"),
    ],
    ("scenario", "scenarios/article/b-podvm-timeout.yaml"): [
        ("title", None),
        ("topology", None),
        ("steps", None),
        ("steps.0.pull.workload", None),
        ("steps.0.pull.imag", "busybox"),
        ("steps.0.pull", 3),
        ("steps.0.poll", {}),
        ("seed", "one"),
        ("expect.0.step", "first"),
        ("expect.0.drop", "upstream"),
        ("expect.0.result", "perhaps"),
        ("expect.0.events", "none"),
        ("expekt", []),
    ],
}


def put(tree, path, value):
    tree = copy.deepcopy(tree)
    at = tree
    *way, last = [int(k) if k.isdigit() else k for k in path.split(".")]
    for key in way:
        at = at[key] if isinstance(at, list) else at.setdefault(key, {})
    if value is None:
        del at[last]
    else:
        at[last] = value
    return tree


def nodes(tree, path=()):
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else []
    for key, value in items:
        yield from nodes(value, path + (key,))


def mutant(dice, tree):
    tree = copy.deepcopy(tree)
    path = dice.choice([p for p in nodes(tree) if p])
    at = tree
    for key in path[:-1]:
        at = at[key]
    what = dice.randrange(4)
    if what == 0 and isinstance(at, dict):
        at[f"{path[-1]}x"] = at.pop(path[-1])
    elif what == 1:
        del at[path[-1]]
    else:
        at[path[-1]] = dice.choice([{}, [], 5, "x", None, -1, True, "10.0.0.1", ["a"], {"a": 1}, 70000])
    return tree


def loader_takes(binary, beside, tree):
    path = beside.parent / f".schema-test-{os.getpid()}.yaml"
    try:
        path.write_text(yaml.safe_dump(tree, sort_keys=False))
        return subprocess.run([binary, "lint", path], capture_output=True, timeout=60).returncode != 2
    finally:
        path.unlink()


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    faults, count = [], 0
    judges = {}
    for kind in FILES:
        schema = json.loads(subprocess.run([binary, "schema", kind], capture_output=True, text=True).stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        judges[kind] = jsonschema.Draft7Validator(schema)

    def expect(good, text):
        nonlocal count
        count += 1
        if not good:
            faults.append(text)

    trees = {f: yaml.safe_load(f.read_text()) for files in FILES.values() for f in files}
    for kind, files in FILES.items():
        expect(files, f"no {kind} files")
        for f in files:
            bad = next(judges[kind].iter_errors(trees[f]), None)
            expect(not bad, f"{f}: {bad and bad.message}")
    for (kind, name), changes in BROKEN.items():
        tree = yaml.safe_load((ROOT / name).read_text())
        for path, value in changes:
            broken = put(tree, path, value)
            expect(not judges[kind].is_valid(broken), f"{name}: {path}: {value} passes the schema")
            expect(not loader_takes(binary, ROOT / name, broken), f"{name}: {path}: {value} passes the loader")
    dice = random.Random(SEED)
    for n in range(MUTANTS):
        kind = dice.choice(sorted(FILES))
        f = dice.choice(FILES[kind])
        tree = mutant(dice, trees[f])
        if not judges[kind].is_valid(tree):
            expect(not loader_takes(binary, f, tree),
                   f"seed {SEED}, mutant {n} of {f}: refused by the schema, taken by the loader")
    for fault in faults:
        print(f"not ok - {fault}")
    print(f"{count - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
