"""What is compared: tsm, PM2, supervisord, each in a scratch folder of its own, and the physical limit.

A contender runs programs named w0, w1, ...; every one is ended by `close`, by its own pid.
"""

import json
import os
import shutil
import signal
import subprocess
import time

DEADLINE_S = 120
SLEEP = ["/bin/sleep", "100000"]


def run(command, env, cwd, check=True, timeout=DEADLINE_S):
    """Runs a command to its end; returns its output."""
    done = subprocess.run(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, text=True
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def timed(command, env, cwd):
    """Milliseconds that a whole process takes; it must succeed."""
    began = time.perf_counter()
    code = subprocess.call(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    took = (time.perf_counter() - began) * 1000
    if code != 0:
        raise RuntimeError(f"{' '.join(command)}: code {code}")
    return took


def until(what, condition, deadline=DEADLINE_S):
    """Waits, looking every 2 ms."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {deadline} s: {what}")
        time.sleep(0.002)


def alive(pid):
    """Whether a process of that pid is there and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def resident_mb(pid):
    """Resident memory in MB (10^6 bytes), by proc(5)."""
    with open(f"/proc/{pid}/status", encoding="latin-1") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"process {pid} has no VmRSS")


def cpu_ticks(pid):
    """CPU time used, user and system, in clock ticks, by proc(5)."""
    with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


class Contender:
    """Common to all: a scratch folder and an environment without the caller's settings of the tools."""

    name = ""

    def __init__(self, scratch, tools, root):
        self.root = root
        self.home = os.path.join(scratch, self.name)
        self.work = os.path.join(self.home, "work")
        os.makedirs(self.work)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("TSM_", "TETRA_", "PM2_"))}

    def timed(self, *words):
        return timed(self.command(*words), self.env, self.work)

    def call(self, *words, check=True):
        return run(self.command(*words), self.env, self.work, check)

    def command(self, *words):
        raise NotImplementedError


class Tsm(Contender):
    name = "tsm"

    def __init__(self, scratch, tools, root):
        super().__init__(scratch, tools, root)
        self.env["TSM_DIR"] = os.path.join(self.home, "home")
        self.call("version")

    def command(self, *words):
        return [os.path.join(self.root, "bin", "tsm"), *words]

    def list_all(self):
        return self.timed("list")

    def start(self, name, argv):
        return self.timed("start", "--no-wait", "--exact-name", "--name", name, "--backoff", "0", *argv)

    def start_many(self, name, count):
        return self.timed("start", "--no-wait", "--name", name, "-i", str(count), *SLEEP)

    def delete(self, name):
        self.call("delete", name)

    def delete_all(self):
        self.call("delete", "all", check=False)

    def down(self):
        """Ends the daemon alone."""
        self.call("daemon", "stop", check=False)

    def up(self):
        return self.timed("list")

    def daemon(self):
        return json.loads(self.call("daemon", "status", "--json"))["pid"]

    def close(self):
        self.call("daemon", "stop", "--all", check=False)


class Pm2(Contender):
    name = "PM2"

    def __init__(self, scratch, tools, root):
        super().__init__(scratch, tools, root)
        self.env["PM2_HOME"] = os.path.join(self.home, "home")
        tools = os.path.join(tools, "pm2")
        os.makedirs(tools, exist_ok=True)
        self.program = os.path.join(tools, "node_modules", ".bin", "pm2")
        if not os.path.exists(self.program):
            run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", tools, "pm2"], self.env, tools)
        self.call("ping")

    def command(self, *words):
        return [self.program, *words]

    def list_all(self):
        return self.timed("ls")

    def start(self, name, argv):
        words = ["start", argv[0], "--name", name, "--interpreter", "none"]
        return self.timed(*words, "--", *argv[1:])

    def start_many(self, name, count):
        file = os.path.join(self.work, "many.config.json")
        app = {
            "name": name,
            "script": SLEEP[0],
            "args": SLEEP[1:],
            "interpreter": "none",
            "exec_mode": "fork",
            "instances": count,
        }
        with open(file, "w", encoding="ascii") as out:
            json.dump({"apps": [app]}, out)
        return self.timed("start", file)

    def delete(self, name):
        self.call("delete", name)

    def delete_all(self):
        self.call("delete", "all", check=False)

    def down(self):
        self.call("kill", check=False)

    def up(self):
        return self.timed("ls")

    def daemon(self):
        with open(os.path.join(self.env["PM2_HOME"], "pm2.pid"), encoding="ascii") as pid:
            return int(pid.read())

    def close(self):
        self.call("kill", check=False)


class Supervisord(Contender):
    """Starts only what its configuration names, so that is written and read before the clock runs."""

    name = "supervisord"
    MANY = 1000

    def __init__(self, scratch, tools, root):
        super().__init__(scratch, tools, root)
        tools = os.path.join(tools, "supervisor")
        self.library = os.path.join(tools, "root", "usr", "lib", "python3", "dist-packages")
        if not os.path.isdir(self.library):
            os.makedirs(tools, exist_ok=True)
            run(["apt-get", "download", "supervisor", "python3-pkg-resources"], self.env, tools)
            for package in os.listdir(tools):
                if package.endswith(".deb"):
                    run(["dpkg", "-x", package, os.path.join(tools, "root")], self.env, tools)
        self.env["PYTHONPATH"] = self.library
        self.env["PYTHONWARNINGS"] = "ignore"
        self.config = os.path.join(self.home, "supervisord.conf")
        self.programs = {}
        self.write()
        self.serve()

    def write(self):
        parts = [
            f"[supervisord]\nlogfile={self.home}/log\npidfile={self.home}/pid\nchildlogdir={self.home}\nminfds=8192",
            f"[unix_http_server]\nfile={self.home}/s",
            f"[supervisorctl]\nserverurl=unix://{self.home}/s",
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        ]
        for name, (argv, count) in self.programs.items():
            many = f"numprocs={count}\nprocess_name=%(program_name)s_%(process_num)d\n" if count > 1 else ""
            line = " ".join("'" + word.replace("%", "%%") + "'" for word in argv)
            parts.append(
                f"[program:{name}]\ncommand={line}\ndirectory={self.work}\nautostart=false\nautorestart=true\n"
                f"startsecs=0\nstdout_logfile_maxbytes=0\nstdout_logfile={self.home}/{name}.%(process_num)d.log\n{many}"
            )
        with open(self.config, "w", encoding="utf-8") as out:
            out.write("\n\n".join(parts) + "\n")

    def serve(self):
        program = "from supervisor.supervisord import main; main()"
        subprocess.check_call(
            ["python3", "-c", program, "-c", self.config], env=self.env, cwd=self.work, stdin=subprocess.DEVNULL
        )
        until("supervisord answers", lambda: os.path.exists(os.path.join(self.home, "s")))

    def command(self, *words):
        return ["python3", "-c", "from supervisor.supervisorctl import main; main()", "-c", self.config, *words]

    def know(self, name, argv, count=1):
        self.programs[name] = (argv, count)
        self.write()
        self.call("update", check=False)

    def list_all(self):
        # Its code is 3 when anything is at rest, and nothing is here.
        return self.timed("status")

    def start(self, name, argv):
        self.know(name, argv)
        return self.timed("start", name)

    def start_many(self, name, count):
        self.know(name, SLEEP, count)
        return self.timed("start", f"{name}:*")

    def delete(self, name):
        self.programs.pop(name, None)
        self.write()
        self.call("update", check=False)

    def delete_all(self):
        self.programs.clear()
        self.write()
        self.call("update", check=False)

    def down(self):
        pid = self.daemon()
        self.call("shutdown", check=False)
        until("supervisord ended", lambda: not alive(pid))

    def up(self):
        began = time.perf_counter()
        self.serve()
        self.call("status", check=False)
        return (time.perf_counter() - began) * 1000

    def daemon(self):
        with open(os.path.join(self.home, "pid"), encoding="ascii") as pid:
            return int(pid.read())

    def close(self):
        self.down()


class Limit(Contender):
    """What the machine itself needs: a bare shell, a bare posix_spawn(3), a bare redirection."""

    name = "limit"

    def __init__(self, scratch, tools, root):
        super().__init__(scratch, tools, root)
        self.pids = {}

    def command(self, *words):
        return ["bash", "-c", ":"]

    def list_all(self):
        return self.timed()

    def spawn(self, argv, out="/dev/null"):
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        ]
        return os.posix_spawn(argv[0], argv, self.env, file_actions=actions, setsid=True)

    def start(self, name, argv):
        began = time.perf_counter()
        pid = self.spawn(argv, os.path.join(self.home, name + ".log"))
        took = (time.perf_counter() - began) * 1000
        self.pids.setdefault(name, []).append(pid)
        return took

    def start_many(self, name, count):
        return sum(self.start(name, SLEEP) for _ in range(count))

    def delete(self, name):
        for pid in self.pids.pop(name, []):
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def delete_all(self):
        for name in list(self.pids):
            self.delete(name)

    def close(self):
        self.delete_all()


def remove(scratch):
    """Removes what was made, but the tools when they were to be kept."""
    shutil.rmtree(scratch, ignore_errors=True)
