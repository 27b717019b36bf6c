package dev.tetra.tsm.os;

/** A program could not be executed; nothing was started. */
@SuppressWarnings("serial")
public final class SpawnException extends Exception {
    private final int errno;
    private final Step step;

    /** What it was that failed. */
    public enum Step {
        /** The working directory cannot be entered. */
        WORKING_DIRECTORY,
        /** The program's file is missing, or may not be or cannot be executed. */
        EXECUTABLE,
        /** The interpreter that the script's first line names. */
        INTERPRETER,
        /** A log file could not be opened. */
        OUTPUT,
        /** The system could not make a process (memory, limits), or refused the arguments (too long). */
        PROCESS
    }

    SpawnException(Step step, int errno, String message) {
        super(message);
        this.step = step;
        this.errno = errno;
    }

    /** The system's error number. */
    public int errno() {
        return errno;
    }

    /** The error number's name, such as {@code EACCES}. */
    public String errnoName() {
        return Errno.name(errno);
    }

    /** Which part of the request failed. */
    public Step step() {
        return step;
    }

    /** In words: what could not be done with what, and the system's reason, {@code Permission denied (EACCES)}. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? errnoName() : message;
    }
}
