#!/usr/bin/env python3
"""Compares tsm with PM2, supervisord and the physical limit, side by side in one run.

    src/bench/compare.py [--rounds N] [--rows list,start,...] [--growth 10,100,300,1000]
                         [--probes N] [--json FILE] [--scratch DIR]

Needs python3, npm, apt-get (it downloads packages, and installs nothing outside its scratch folder) and a built tsm. Each
round measures each row for each contender in turn, so that a noisy machine is noisy for all. Prints a table of medians, in
Markdown, with the least and the greatest figure and the ratio to tsm.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time

from contenders import Limit, Pm2, Supervisord, Tsm, remove
from rows import ROWS, growth, probed

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def note(text):
    print(text, file=sys.stderr, flush=True)


def measure(contenders, rows, rounds):
    """Every figure: row, contender, list."""
    figures = {row: {it.name: [] for it in contenders} for row in rows}
    for number in range(1, rounds + 1):
        for row in rows:
            _, unit, figure, _, limit = ROWS[row]
            for it in contenders:
                if isinstance(it, Limit) and not limit:
                    continue
                got = figure(it)
                figures[row][it.name] += got
                note(f"round {number}: {row}: {it.name}: {statistics.median(got):.2f} {unit}")
    return figures


def cell(values, base):
    if not values:
        return "–"
    middle = statistics.median(values)
    spread = f" ({min(values):.3g}–{max(values):.3g})" if len(values) > 1 else ""
    ratio = f", × {middle / base:.2g}" if base and values is not None else ""
    return f"{middle:.3g}{spread}{ratio}"


def table(figures, contenders):
    names = [it.name for it in contenders]
    lines = [
        "| what | unit | to reach | " + " | ".join(names) + " |",
        "|---|---|---|" + "---|" * len(names),
    ]
    for row, by_name in figures.items():
        title, unit, _, goal, _ = ROWS[row]
        own = statistics.median(by_name["tsm"]) if by_name.get("tsm") else None
        if row == "output" and by_name.get("limit"):
            goal = round(statistics.median(by_name["limit"]) * 1.02, 1)
        cells = [cell(by_name[name], own if name != "tsm" else None) for name in names]
        lines.append(f"| {title} | {unit} | {'≤ ' + str(goal) if goal is not None else '–'} | {' | '.join(cells)} |")
    return "\n".join(lines)


def rows_table(rows):
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(f"{row[c]:.3g}" if isinstance(row[c], float) else str(row[c]) for c in columns) + " |" for row in rows]
    return "\n".join(lines)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        models = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{len(os.sched_getaffinity(0))} cores, {model}, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", default=",".join(ROWS), help="of: " + ", ".join(ROWS))
    parser.add_argument("--contenders", default="tsm,PM2,supervisord,limit")
    parser.add_argument("--growth", default="", help="numbers of processes, such as 10,100,300,1000")
    parser.add_argument("--probes", type=int, default=0, metavar="N", help="measure 100 HTTP probes N times, beside none")
    parser.add_argument("--json", help="file for every figure")
    parser.add_argument("--scratch", help="folder that is kept, with the tools; a temporary one otherwise")
    arguments = parser.parse_args()
    rows = [row for row in arguments.rows.split(",") if row]
    unknown = [row for row in rows if row not in ROWS]
    if unknown or arguments.rounds < 1:
        parser.error(f"no such row: {', '.join(unknown)}" if unknown else "--rounds: at least 1")
    kept = arguments.scratch is not None
    # A short path: control sockets have little room.
    scratch = os.path.abspath(arguments.scratch) if kept else tempfile.mkdtemp(prefix="tb")
    os.makedirs(scratch, exist_ok=True)
    run_folder = tempfile.mkdtemp(prefix="r", dir=scratch)
    contenders, found, grown, watched = [], {}, [], []
    began = time.time()
    try:
        wanted = arguments.contenders.split(",")
        for kind in (Tsm, Pm2, Supervisord, Limit):
            if kind.name in wanted:
                contenders.append(kind(run_folder, os.path.join(scratch, "tools"), ROOT))
        found = measure(contenders, rows, arguments.rounds) if rows else {}
        counts = [int(count) for count in arguments.growth.split(",") if count]
        if counts:
            grown = growth(ROOT, run_folder, counts, lambda row: note(f"growth: {row}"))
        if arguments.probes:
            watched = probed(ROOT, run_folder, arguments.probes, lambda row: note(f"probes: {row}"))
    finally:
        for it in contenders:
            it.close()
        remove(run_folder if kept else scratch)
    print(f"{machine()}; {arguments.rounds} rounds in {time.time() - began:.0f} s; median (least–greatest), × times tsm's\n")
    if found:
        print(table(found, contenders))
    for rows in (grown, watched):
        if rows:
            print("\n" + rows_table(rows))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            json.dump({"machine": machine(), "figures": found, "growth": grown, "probes": watched}, out, indent=1)


if __name__ == "__main__":
    main()
