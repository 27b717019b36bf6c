package dev.tetra.tsm.logs;

/** The two outputs of a process, each with a log file of its own. */
public enum LogStream {
    OUT("out"),
    ERR("err");

    private final String word;

    LogStream(String word) {
        this.word = word;
    }

    /** The word for it in options and JSON: {@code out}, {@code err}. */
    public String word() {
        return word;
    }

    /** The name of its file in the process's log folder. */
    public String fileName() {
        return word + ".log";
    }
}
