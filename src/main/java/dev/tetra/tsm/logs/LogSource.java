package dev.tetra.tsm.logs;

import java.nio.file.Path;

/**
 * Where log lines come from.
 *
 * @param name the process
 * @param path the file; it need not exist
 */
public record LogSource(String name, LogStream stream, Path path) {}
