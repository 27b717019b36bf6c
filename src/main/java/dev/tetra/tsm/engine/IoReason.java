package dev.tetra.tsm.engine;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be read or written, in words and without its path. */
final class IoReason {
    private IoReason() {}

    static String of(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "it is not permitted";
            case NoSuchFileException _ -> "there is no such folder";
            case FileSystemException failure when failure.getReason() != null -> failure.getReason();
            case FileSystemException _ -> "it failed";
            default -> e.getMessage() == null ? "it failed" : e.getMessage();
        };
    }
}
