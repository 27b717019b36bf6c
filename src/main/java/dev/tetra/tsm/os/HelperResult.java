package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.RawText;

/** What came of a helper program. */
public final class HelperResult {
    private final Exit exit;
    private final boolean timedOut;
    private final boolean truncated;
    private final byte[] stdout;
    private final byte[] stderr;

    HelperResult(Exit exit, boolean timedOut, boolean truncated, byte[] stdout, byte[] stderr) {
        this.exit = exit;
        this.timedOut = timedOut;
        this.truncated = truncated;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /** How it ended; SIGKILL when it {@link #timedOut}. */
    public Exit exit() {
        return exit;
    }

    /** Whether it was killed because its time was over. */
    public boolean timedOut() {
        return timedOut;
    }

    /** Whether it wrote more than was kept. */
    public boolean truncated() {
        return truncated;
    }

    /** What it wrote, the caller's own copy. */
    public byte[] stdoutBytes() {
        return stdout.clone();
    }

    /** What it wrote, the caller's own copy. */
    public byte[] stderrBytes() {
        return stderr.clone();
    }

    /** What it wrote, without loss. */
    public String stdout() {
        return RawText.decode(stdout);
    }

    /** What it wrote, without loss. */
    public String stderr() {
        return RawText.decode(stderr);
    }
}
