package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.os.SpawnException.Step;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a failed posix_spawn failed at: it gives one error number for the folder, the logs and the program
 * alike.
 */
final class SpawnFailure {
    private static final int X_OK = 1;
    private static final int F_OK = 0;
    /** The kernel reads this much of a script's first line (execve(2): 255 characters since Linux 5.1). */
    private static final int HASH_BANG = 256;

    private SpawnFailure() {}

    static SpawnException explain(Spawner.Plan plan, int errno) {
        SpawnRequest request = plan.request();
        if (request.mark() != null) {
            int marked = openForAppend(request.mark());
            if (marked != 0) {
                return failure(Step.OUTPUT, marked, "the mark of its execution " + request.mark());
            }
        }
        int folder = access(request.cwd() + "/.", X_OK);
        if (folder != 0) {
            return failure(Step.WORKING_DIRECTORY, folder, "the working directory " + request.cwd());
        }
        for (Output output : new Output[] {plan.stdout(), plan.stderr()}) {
            int opened = output instanceof Output.ToFile(String path) ? openForAppend(path) : 0;
            if (opened != 0) {
                return failure(Step.OUTPUT, opened, "the log " + ((Output.ToFile) output).path());
            }
        }
        String program = inFolder(request);
        int missing = access(program, F_OK);
        if (missing == 0 && errno == Errno.ENOENT) {
            String interpreter = interpreter(program);
            return failure(
                    Step.INTERPRETER,
                    errno,
                    interpreter == null
                            ? "the loader that " + request.executable() + " needs"
                            : "the interpreter " + interpreter + " of " + request.executable());
        }
        boolean program0 =
                missing != 0 || errno == Errno.EACCES || errno == Errno.ENOEXEC || access(program, X_OK) != 0;
        if (!program0 && errno == Errno.EAGAIN) {
            return failure(
                    Step.PROCESS,
                    errno,
                    "there are as many processes as may be (ulimit -u, or the machine's own limits), so none for "
                            + request.executable());
        }
        return failure(program0 ? Step.EXECUTABLE : Step.PROCESS, errno, request.executable());
    }

    /** Why a program could not be executed, as far as that can be seen before; null when nothing is in its way. */
    static @Nullable SpawnException foreseen(SpawnRequest request) {
        int folder = access(request.cwd() + "/.", X_OK);
        if (folder != 0) {
            return failure(Step.WORKING_DIRECTORY, folder, "the working directory " + request.cwd());
        }
        String program = inFolder(request);
        int missing = access(program, X_OK);
        if (missing != 0) {
            return failure(Step.EXECUTABLE, missing, request.executable());
        }
        String interpreter = interpreter(program);
        int unusable = interpreter == null || !interpreter.startsWith("/") ? 0 : access(interpreter, X_OK);
        return unusable == 0
                ? null
                : failure(Step.INTERPRETER, unusable, "the interpreter " + interpreter + " of " + request.executable());
    }

    private static SpawnException failure(Step step, int errno, String what) {
        return new SpawnException(step, errno, what + ": " + Errno.words(errno));
    }

    /** A shell takes a file for a script when its first line has no NUL byte. */
    static boolean looksLikeText(SpawnRequest request, int bytes) {
        byte[] head = head(inFolder(request), bytes);
        for (byte b : head) {
            if (b == 0) {
                return false;
            }
            if (b == '\n') {
                return true;
            }
        }
        return true;
    }

    private static String inFolder(SpawnRequest request) {
        String executable = request.executable();
        return executable.startsWith("/") ? executable : request.cwd() + "/" + executable;
    }

    private static @Nullable String interpreter(String program) {
        byte[] head = head(program, HASH_BANG);
        String line = RawText.decode(head).lines().findFirst().orElse("");
        return line.startsWith("#!") ? line.substring(2).strip().split("[ \t]", 2)[0] : null;
    }

    private static int access(String path, int mode) {
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Files.ACCESS, frame.text(path), mode) == 0 ? 0 : frame.errno();
        }
    }

    private static int openForAppend(String path) {
        Platform os = Platform.current();
        try (Frame frame = new Frame()) {
            // Without O_CREAT, which would make an attempt to explain leave a file behind: what is missing is the
            // folder.
            int flags = Platform.O_WRONLY | os.oAppend | os.oCloexec | os.oNonblock;
            int descriptor = frame.call(Libc.Files.OPEN, frame.text(path), flags);
            if (descriptor >= 0) {
                frame.call(Libc.Files.CLOSE, descriptor);
                return 0;
            }
            int errno = frame.errno();
            int slash = path.lastIndexOf('/');
            return errno == Errno.ENOENT ? access(path.substring(0, Math.max(slash, 0)) + "/.", 2 | X_OK) : errno;
        }
    }

    private static byte[] head(String path, int bytes) {
        try (Frame frame = new Frame()) {
            int descriptor = frame.call(Libc.Files.OPEN, frame.text(path), Platform.current().oCloexec);
            if (descriptor < 0) {
                return new byte[0];
            }
            MemorySegment buffer = frame.allocate(bytes);
            long n = frame.callLong(Libc.Files.READ, descriptor, buffer.address(), bytes);
            frame.call(Libc.Files.CLOSE, descriptor);
            return buffer.asSlice(0, Math.max(n, 0)).toArray(JAVA_BYTE);
        }
    }
}
