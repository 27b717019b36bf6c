package dev.tetra.tsm.spec;

import java.util.List;

/** The little that the rules ask of the file system. Every path is absolute. */
public interface FileView {
    /** True for a regular file, or a link to one, that exists. */
    boolean isFile(String path);

    /** True for a regular file that the user may execute. */
    boolean isExecutable(String path);

    /** True for a folder, or a link to one, that exists. */
    boolean isFolder(String path);

    /** The first {@code limit} bytes of a file, or fewer; empty when it cannot be read. */
    byte[] head(String path, int limit);

    /** The names of the entries of a folder, in any order; empty when it cannot be read. Asked only to suggest names. */
    List<String> names(String folder);
}
