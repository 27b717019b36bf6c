package dev.tetra.tsm.os;

/** Where a child's stdout or stderr goes. */
sealed interface Output {
    /** A file, opened by the child for append, made 0600. */
    record ToFile(String path) implements Output {}

    /** An open descriptor of ours. */
    record ToDescriptor(int descriptor) implements Output {}
}
