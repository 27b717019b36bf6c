package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.File;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * posix_spawn(3). The caller must hold the lock under which children are reaped: it also keeps two spawns from mixing
 * up the program-wide umask.
 */
final class Spawner {
    private static final Platform OS = Platform.current();
    /** Generous: glibc needs 336 and 80 bytes, musl 336 and 80, macOS a pointer each; sigset_t is at most 128. */
    private static final int STRUCTURE = 512;

    private static final int SHELL_LOOKS_AT = 512;

    /** What to start: a request whose outputs may be descriptors. */
    record Plan(SpawnRequest request, Output stdout, Output stderr) {}

    /** Starts it and returns its pid. */
    long spawn(Plan plan) throws SpawnException {
        SpawnRequest request = plan.request();
        int errno = 0;
        try (Frame frame = new Frame()) {
            MemorySegment pid = frame.allocate(8);
            errno = spawn(frame, plan, request.executable(), request.argv(), pid);
            if (errno == Errno.ENOEXEC && SpawnFailure.looksLikeText(request, SHELL_LOOKS_AT)) {
                // POSIX: a shell that finds no #! runs the file as a script of its own (execvp does the same).
                List<String> argv = new ArrayList<>(List.of("sh", request.executable()));
                argv.addAll(request.argv().subList(1, request.argv().size()));
                errno = spawn(frame, plan, "/bin/sh", argv, pid);
            }
            if (errno == 0) {
                return pid.get(JAVA_INT, 0);
            }
        }
        throw SpawnFailure.explain(plan, errno);
    }

    private static int spawn(Frame frame, Plan plan, String executable, List<String> argv, MemorySegment pid) {
        long attributes = attributes(frame);
        long actions = frame.allocate(STRUCTURE).address();
        check("posix_spawn_file_actions_init", frame.call(Libc.Spawn.ACTIONS_INIT, actions));
        int mask = 0;
        try {
            addActions(frame, actions, plan);
            long path = frame.text(executable);
            long words = frame.texts(argv);
            long environment = frame.texts(plan.request().environment());
            mask = frame.call(Libc.Spawn.UMASK, plan.request().umask());
            try {
                return frame.call(Libc.Spawn.SPAWN, pid.address(), path, actions, attributes, words, environment);
            } finally {
                frame.call(Libc.Spawn.UMASK, mask);
            }
        } finally {
            frame.call(Libc.Spawn.ACTIONS_DESTROY, actions);
            frame.call(Libc.Spawn.ATTR_DESTROY, attributes);
        }
    }

    private static long attributes(Frame frame) {
        long attributes = frame.allocate(STRUCTURE).address();
        check("posix_spawnattr_init", frame.call(Libc.Spawn.ATTR_INIT, attributes));
        int flags = OS.spawnSetsid | Platform.SPAWN_SIGNALS | OS.spawnCloexecDefault;
        check("posix_spawnattr_setflags", frame.call(Libc.Spawn.ATTR_FLAGS, attributes, flags));
        long none = frame.allocate(STRUCTURE).address();
        check("posix_spawnattr_setsigmask", frame.call(Libc.Spawn.ATTR_SIGMASK, attributes, none));
        long all = frame.allocate(STRUCTURE).address();
        frame.call(Libc.Spawn.SIGFILLSET, all);
        // Their action can't be set; macOS makes an error of trying.
        frame.call(Libc.Spawn.SIGDELSET, all, Signals.KILL);
        frame.call(Libc.Spawn.SIGDELSET, all, Signals.number("STOP"));
        check("posix_spawnattr_setsigdefault", frame.call(Libc.Spawn.ATTR_SIGDEFAULT, attributes, all));
        return attributes;
    }

    private static void addActions(Frame frame, long actions, Plan plan) {
        String mark = plan.request().mark();
        if (mark != null) {
            int flags = Platform.O_WRONLY | OS.oCreat;
            check("addopen", frame.call(Libc.Spawn.ADD_OPEN, actions, 0, frame.text(mark), flags, 0600));
        }
        // What was open under that number is closed by it.
        check("addopen", frame.call(Libc.Spawn.ADD_OPEN, actions, 0, frame.text("/dev/null"), 0, 0));
        addOutput(frame, actions, 1, plan.stdout());
        addOutput(frame, actions, 2, plan.stderr());
        check(
                "addchdir",
                frame.call(
                        Libc.Spawn.ADD_CHDIR, actions, frame.text(plan.request().cwd())));
        Set<Integer> kept = addInherited(frame, actions, plan.request().inherited());
        if (OS.spawnCloexecDefault != 0) {
            return;
        }
        if (Libc.SpawnCloseFrom.PRESENT) {
            int next = SpawnRequest.FIRST_FREE;
            for (int descriptor : kept) {
                for (; next < descriptor; next++) {
                    check("addclose", frame.call(Libc.Spawn.ADD_CLOSE, actions, next));
                }
                next++;
            }
            check("addclosefrom", frame.call(Libc.SpawnCloseFrom.ADD_CLOSE_FROM, actions, next));
        } else {
            closeEach(frame, actions, kept);
        }
    }

    /**
     * Gives the child its descriptors, by way of numbers that nobody uses: one's new number may be another's old one, and
     * a descriptor that is copied onto itself would stay close-on-exec on some systems. Returns what it has then, in order.
     */
    private static Set<Integer> addInherited(Frame frame, long actions, List<SpawnRequest.Inherited> inherited) {
        Set<Integer> kept = new TreeSet<>();
        int unused = 0;
        for (SpawnRequest.Inherited one : inherited) {
            kept.add(one.theirs());
            unused = Math.max(unused, Math.max(one.ours(), one.theirs()) + 1);
        }
        for (int i = 0; i < inherited.size(); i++) {
            check(
                    "adddup2",
                    frame.call(Libc.Spawn.ADD_DUP2, actions, inherited.get(i).ours(), unused + i));
        }
        for (int i = 0; i < inherited.size(); i++) {
            check(
                    "adddup2",
                    frame.call(
                            Libc.Spawn.ADD_DUP2,
                            actions,
                            unused + i,
                            inherited.get(i).theirs()));
            check("addclose", frame.call(Libc.Spawn.ADD_CLOSE, actions, unused + i));
        }
        return kept;
    }

    private static void addOutput(Frame frame, long actions, int descriptor, Output output) {
        switch (output) {
            case Output.ToFile(String path) -> {
                int flags = Platform.O_WRONLY | OS.oAppend | OS.oCreat;
                check("addopen", frame.call(Libc.Spawn.ADD_OPEN, actions, descriptor, frame.text(path), flags, 0600));
            }
            case Output.ToDescriptor(int ours) ->
                check("adddup2", frame.call(Libc.Spawn.ADD_DUP2, actions, ours, descriptor));
        }
    }

    /** For a C library without closefrom: what is open now; closing what is closed already is no error there. */
    private static void closeEach(Frame frame, long actions, Set<Integer> kept) {
        String[] open = new File("/proc/self/fd").list();
        for (String name : open == null ? new String[0] : open) {
            int descriptor = Integer.parseInt(name);
            if (descriptor >= SpawnRequest.FIRST_FREE && !kept.contains(descriptor)) {
                check("addclose", frame.call(Libc.Spawn.ADD_CLOSE, actions, descriptor));
            }
        }
    }

    /** These return the error number, and can fail only for want of memory. */
    private static void check(String what, int errno) {
        if (errno != 0) {
            throw new IllegalStateException(what + ": " + Errno.words(errno));
        }
    }
}
