"""The rows of the comparison: each measures one contender once and returns a figure."""

import http.server
import os
import shlex
import signal
import threading
import time

from contenders import SLEEP, Limit, Supervisord, Tsm, alive, cpu_ticks, resident_mb, until

MANY = 100
IDLE_S = 30
STABLE_S = 20
# Until starts count as stable everywhere.
SETTLE_S = 20
TICKS_S = os.sysconf("SC_CLK_TCK")
LINE = 99


def list_many(it):
    """One look at 100 processes, warm; ms."""
    if not isinstance(it, Limit):
        it.start_many("many", MANY)
    try:
        it.list_all()
        return [it.list_all() for _ in range(10)]
    finally:
        it.delete_all()


def start_one(it):
    """One start of one process, warm, without waiting for it to prove itself; ms."""
    it.start("first", SLEEP)
    took = [it.start(f"w{number}", SLEEP) for number in range(5)]
    it.delete_all()
    return took


def cold(it):
    """The first look when no daemon runs; ms."""
    if isinstance(it, Limit):
        return [it.timed()]
    it.down()
    return [it.up()]


def start_many(it):
    """100 processes started by one command; ms."""
    try:
        return [it.start_many("many", MANY)]
    finally:
        it.delete_all()


def crash(it):
    """From SIGKILL to the next run of the program having begun; ms. The first restart after a healthy run."""
    notes = os.path.join(it.work, "pids")
    script = f"echo $$ >> {shlex.quote(notes)}; exec sleep 100000"

    def pids():
        try:
            with open(notes, encoding="ascii") as text:
                return text.read().split()
        except FileNotFoundError:
            return []

    if isinstance(it, Limit):
        return [bare_restart(it, script, notes, pids)]
    it.start("crash", ["/bin/sh", "-c", script])
    try:
        until("it runs", lambda: len(pids()) == 1)
        return [kill_and_await(int(pids()[-1]), notes)]
    finally:
        it.delete("crash")
        os.remove(notes)


def kill_and_await(pid, notes):
    size = os.stat(notes).st_size
    began = time.perf_counter()
    os.kill(pid, signal.SIGKILL)
    while os.stat(notes).st_size == size:
        if time.perf_counter() - began > 60:
            raise RuntimeError("it was not restarted within 60 s")
    return (time.perf_counter() - began) * 1000


def bare_restart(it, script, notes, pids):
    """A parent that only waits and spawns."""
    argv = ["/bin/sh", "-c", script]
    it.start("crash", argv)
    until("it runs", lambda: len(pids()) == 1)
    pid = it.pids["crash"].pop()
    size = os.stat(notes).st_size
    began = time.perf_counter()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    it.start("crash", argv)
    while os.stat(notes).st_size == size:
        pass
    took = (time.perf_counter() - began) * 1000
    it.delete("crash")
    os.remove(notes)
    return took


def output(it, megabytes=500):
    """A program that writes 500 MB of lines to its log, from its first to its last write; ms."""
    times = os.path.join(it.work, "times")
    script = (
        f"date +%s%N >> {shlex.quote(times)}; yes {'x' * LINE} | head -c {megabytes * 1_000_000};"
        f" date +%s%N >> {shlex.quote(times)}; exec sleep 100000"
    )

    def done():
        try:
            with open(times, encoding="ascii") as text:
                return len(text.read().split()) == 2
        except FileNotFoundError:
            return False

    it.start("writer", ["/bin/sh", "-c", script])
    try:
        until("it has written all", done)
        with open(times, encoding="ascii") as text:
            first, last = text.read().split()
        return [(int(last) - int(first)) / 1e6]
    finally:
        it.delete("writer")
        os.remove(times)
        log = os.path.join(it.home, "writer.log")
        if os.path.exists(log):
            os.remove(log)


def memory(it):
    """The daemon's resident memory with 100 processes, 5 s after their start; MB."""
    it.start_many("many", MANY)
    try:
        time.sleep(5)
        return [resident_mb(it.daemon())]
    finally:
        it.delete_all()


def idle(it):
    """CPU time of the daemon with 100 processes that do nothing, over 30 s, once they count as stable; percent of a core."""
    it.start_many("many", MANY)
    try:
        time.sleep(SETTLE_S)
        pid = it.daemon()
        before = cpu_ticks(pid)
        time.sleep(IDLE_S)
        return [(cpu_ticks(pid) - before) / TICKS_S / IDLE_S * 100]
    finally:
        it.delete_all()


# name, unit, figure, what the tool must reach, whether the physical limit has such a figure
ROWS = {
    "list": ("`list` with 100 processes, warm", "ms", list_many, 12, True),
    "start": ("`start` of one process, warm", "ms", start_one, 20, True),
    "cold": ("first command, cold daemon", "ms", cold, 600, True),
    "start-100": ("100 processes from one command", "ms", start_many, 350, True),
    "crash": ("crash to new run", "ms", crash, 5, True),
    "memory": ("daemon's memory, 100 processes", "MB", memory, 75, False),
    "idle": ("idle CPU, 100 processes", "%", idle, 0.1, False),
    "output": ("500 MB of output", "ms", output, None, True),
}


def growth(root, scratch, counts, progress):
    """How tsm's figures grow with the number of processes."""
    rows = []
    for count in counts:
        it = Tsm(os.path.join(scratch, f"g{count}"), scratch, root)
        try:
            began = time.perf_counter()
            it.start_many("many", count)
            until("all run", lambda it=it, count=count: it.call("list", "-q").count("\n") == count)
            row = {"processes": count, "start ms": (time.perf_counter() - began) * 1000}
            looks = sorted(it.list_all() for _ in range(11))
            row["list ms"] = looks[5]
            time.sleep(SETTLE_S)
            pid = it.daemon()
            row["memory MB"] = resident_mb(pid)
            # That they count as stable, ten seconds after their start, is written down for each.
            time.sleep(STABLE_S)
            before = cpu_ticks(pid)
            time.sleep(IDLE_S)
            row["idle %"] = (cpu_ticks(pid) - before) / TICKS_S / IDLE_S * 100
            it.down()
            until("the daemon ended", lambda pid=pid: not alive(pid))
            row["daemon's start ms"] = it.up()
            rows.append(row)
            progress(row)
        finally:
            it.close()
    return rows


class Healthy(http.server.BaseHTTPRequestHandler):
    """Says that all is well."""

    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def probed(root, scratch, rounds, progress):
    """What an HTTP probe every 5 s of each of 100 processes, of a server each, costs the daemon, beside none."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) for _ in range(MANY)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(IDLE_S,), daemon=True).start()
    rows = []
    try:
        for number in range(rounds):
            for probes in ("none", "100"):
                it = Tsm(os.path.join(scratch, f"p{number}{probes}"), scratch, root)
                try:
                    for place, server in enumerate(servers):
                        url = f"http://127.0.0.1:{server.server_port}/"
                        words = ["--live-http", url, "--live-interval", "5s"] if probes == "100" else []
                        it.call("start", "--no-wait", "--name", f"many-{place}", *words, *SLEEP)
                    time.sleep(SETTLE_S)
                    pid = it.daemon()
                    before = cpu_ticks(pid)
                    time.sleep(IDLE_S)
                    row = {
                        "probes": probes,
                        "idle %": (cpu_ticks(pid) - before) / TICKS_S / IDLE_S * 100,
                        "memory MB": resident_mb(pid),
                    }
                    if probes == "100" and it.call("list", "--filter", "health=ready", "-q").count("\n") != MANY:
                        raise RuntimeError("not every probe holds")
                    rows.append(row)
                    progress(row)
                finally:
                    it.close()
    finally:
        for server in servers:
            server.server_close()
    return rows


__all__ = ["ROWS", "Supervisord", "growth", "probed"]
