#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the table that 'make bench' has written (build/bench.md) into
tests/bench/README.md, and its first columns into the README at the top, between
the lines <!-- bench --> and <!-- /bench -->."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOP_COLUMNS = [1, 2, 5]  # what, median, peers


def replaced(path, table):
    text = path.read_text()
    new, count = re.subn(r"(<!-- bench -->\n).*?(<!-- /bench -->)",
                         lambda m: m[1] + table + m[2], text, flags=re.S)
    if count != 1:
        sys.exit(f"bench-table: {path} has no <!-- bench --> block")
    path.write_text(new)


def columns(table, wanted):
    out = []
    for line in table.splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        out.append("| " + " | ".join(cells[i] for i in wanted) + " |")
    return "\n".join(out) + "\n"


def main():
    try:
        table = (ROOT / "build/bench.md").read_text()
    except FileNotFoundError:
        sys.exit("bench-table: no build/bench.md; run make bench first")
    replaced(ROOT / "tests/bench/README.md", table)
    replaced(ROOT / "README.md", columns(table, TOP_COLUMNS))


main()
