#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how the cost of a packet grows, and draws it: growth.svg.

    tests/bench/plot.py BUILD-DIRECTORY          measures, then draws
    tests/bench/plot.py BUILD-DIRECTORY --draw   draws what was measured last
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLOTS = ROOT / "tests/bench"
FIGURES = ROOT / "build/plot.json"
RUNS = "5"
# rows AXIS_N of the benchmark, and what a point is
AXES = {
    "by_sessions": "sessions (ns per packet, both gateways)",
    "by_rules": "REFLEXIVE rules (ns per packet, Tier-0)",
    "by_routes": "routes (ns per look-up, batches)",
    "hops": "hops (ns per packet and hop, whole simulation)",
}


def measure(build):
    subprocess.run([f"{build}/bench", "--runs", RUNS, "--json", FIGURES]
                   + [axis + "_" for axis in AXES], cwd=ROOT, check=True)


def points():
    """Per axis: (n, median, least, greatest) in ns."""
    found = {axis: [] for axis in AXES}
    for row in json.loads(FIGURES.read_text())["rows"]:
        axis, _, n = row["name"].rpartition("_")
        if axis in found and re.fullmatch(r"\d+", n) and row["unit"] == "M/s":
            share = int(n) if axis == "hops" else 1
            found[axis].append((int(n),) + tuple(
                1e3 / row[which] / share for which in ("value", "max", "min")))
    return {axis: sorted(found[axis]) for axis in AXES if found[axis]}


def script(found):
    lines = ["set terminal svg size 900,640 font 'sans-serif,13' background 'white'",
             f"set output '{PLOTS}/growth.svg'",
             "set multiplot layout 2,2", "set grid lc rgb '#dddddd'", "unset key",
             "set logscale x", "set yrange [0:*]", "set format x '%.0s%c'"]
    for axis, rows in found.items():
        if axis == "hops":
            lines.append("set logscale x 2; set format x '%g'")
        lines.append(f"set title '{AXES[axis]}'")
        lines.append("$d << EOD")
        lines += [" ".join(f"{v:.3f}" for v in row) for row in rows]
        lines.append("EOD")
        lines.append("plot $d using 1:2:3:4 with yerrorbars lc rgb '#88aacc' pt 0, "
                     "$d using 1:2 with linespoints lc rgb '#225588' pt 7 ps 0.5")
    return "\n".join(lines + ["unset multiplot", ""])


def table(found):
    out = ["axis n ns least greatest"]
    out += [f"{axis} {n} {ns:.1f} {least:.1f} {greatest:.1f}"
            for axis, rows in found.items() for n, ns, least, greatest in rows]
    return "\n".join(out) + "\n"


def main():
    if "--draw" not in sys.argv:
        measure(sys.argv[1])
    found = points()
    (PLOTS / "growth.txt").write_text(table(found))
    try:
        subprocess.run(["gnuplot"], input=script(found), text=True, check=True)
    except FileNotFoundError:
        sys.exit("bench-plot: gnuplot is not installed (apt-get install gnuplot-nox)")
    print(table(found), end="")


main()
