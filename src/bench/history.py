#!/usr/bin/env python3
"""What a long history costs, and how the file grows.

    src/bench/history.py [--events 1000000] [--rounds 5] [--commits 100000]

Needs python3 and a built tsm. --events fills the database of a home of its own with so many events, by SQL while no daemon
runs, and times `list`, `tsm events`, queries and the daemon's start with and without them. --commits starts and stops one
process over and over until the daemon has committed about so often, and says how large the file was on the way. 0 leaves
either out. Prints tables in Markdown.
"""

import argparse
import glob
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from contenders import SLEEP, Tsm, alive, run, until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = 20
# So many rounds tell how many commits one has.
PROBE = 100


def sql(it, statement):
    """Runs a statement as the database's owner while no daemon has it open."""
    home = it.env["TSM_DIR"]
    with open(os.path.join(home, "db.secret"), encoding="ascii") as secret:
        owner = secret.readline().strip()
    jar = glob.glob(os.path.join(ROOT, "target", "lib", "h2-*.jar"))[0]
    return run(
        ["java", "-cp", jar, "org.h2.tools.Shell", "-url", f"jdbc:h2:file:{home}/tsm", "-user", "TSM",
         "-password", owner, "-sql", statement],
        it.env, it.work, timeout=600,
    )  # fmt: skip


def down(it):
    pid = it.daemon()
    it.down()
    until("the daemon ended", lambda: not alive(pid))


def median_ms(figure, rounds):
    figure()
    return statistics.median(figure() for _ in range(rounds))


def restarted(it):
    down(it)
    return it.up()


def looks(it, rounds):
    return {
        "`list` ms": median_ms(it.list_all, rounds),
        "`events` ms": median_ms(lambda: it.timed("events", "--lines", "20"), rounds),
        "`sql` of one process's last events ms": median_ms(
            lambda: it.timed("sql", "SELECT * FROM events WHERE process_name = 'p7' ORDER BY event_key DESC LIMIT 20"), rounds
        ),
        "`sql` count of all events by kind ms": median_ms(
            lambda: it.timed("sql", "SELECT kind, COUNT(*) FROM events GROUP BY kind"), rounds
        ),
        "`start` ms": median_ms(lambda: start_and_delete(it), rounds),
        "daemon's start ms": median_ms(lambda: restarted(it), rounds),
        "file MB": os.path.getsize(os.path.join(it.env["TSM_DIR"], "tsm.mv.db")) / 1e6,
    }


def start_and_delete(it):
    took = it.start("again", SLEEP)
    it.delete("again")
    return took


def events(it, count, rounds):
    it.start("w", SLEEP)
    # Otherwise the history is cut to the usual 200,000 rows.
    it.call("config", "set", "keep-rows", str(2 * count))
    before = looks(it, rounds)
    down(it)
    sql(
        it,
        "INSERT INTO tsm.event (at, kind, process_key, process_name, run_key, origin, message) "
        "SELECT DATEADD(SECOND, -X, CURRENT_TIMESTAMP), CASE MOD(X, 3) WHEN 0 THEN 'start' WHEN 1 THEN 'exit' ELSE 'stop' END,"
        f" MOD(X, 100) + 1000, 'p' || MOD(X, 100), NULL, 'tsm', 'event number ' || X FROM SYSTEM_RANGE(1, {count})",
    )
    it.up()
    after = looks(it, rounds)
    print(f"| what | few events | {count:,} events |\n|---|---|---|")
    for what, figure in before.items():
        print(f"| {what} | {figure:.1f} | {after[what]:.1f} |")


def versions(it):
    """How often H2 has written a version of the file, which it does with each commit; ends the daemon, as the file's head
    has the number only once it is closed (https://h2database.com/html/mvstore.html#fileFormat)."""
    down(it)
    with open(os.path.join(it.env["TSM_DIR"], "tsm.mv.db"), "rb") as file:
        return max(int(number, 16) for number in re.findall(rb"version:([0-9a-f]+)", file.read(8192)))


def stop_and_start(it, rounds):
    script = f"for i in $(seq {rounds}); do tsm stop w; tsm start --no-wait --exact-name --name w /bin/sleep 100000; done"
    env = it.env | {"PATH": os.path.join(ROOT, "bin") + ":" + it.env["PATH"]}
    subprocess.run(["bash", "-c", script], env=env, cwd=it.work, check=True, stdout=subprocess.DEVNULL)


def soak(it, commits):
    file = os.path.join(it.env["TSM_DIR"], "tsm.mv.db")
    it.start("w", SLEEP)
    first = versions(it)
    it.up()
    began = time.time()
    stop_and_start(it, PROBE)
    each = (versions(it) - first) / PROBE
    it.up()
    rounds = round(commits / each)
    sizes = []
    for _ in range(SAMPLES):
        stop_and_start(it, rounds // SAMPLES)
        sizes.append(os.path.getsize(file) / 1e6)
    done = versions(it) - first
    print(
        f"\n{rounds:,} stops and starts, {done:,} commits in {time.time() - began:.0f} s; MB of the file on the way: "
        + ", ".join(f"{size:.1f}" for size in sizes)
        + f"; once closed {os.path.getsize(file) / 1e6:.1f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="th")
    try:
        for part, count in (("e", arguments.events), ("c", arguments.commits)):
            if count == 0:
                continue
            it = Tsm(os.path.join(scratch, part), scratch, ROOT)
            try:
                if part == "e":
                    events(it, count, arguments.rounds)
                else:
                    soak(it, count)
            finally:
                it.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
