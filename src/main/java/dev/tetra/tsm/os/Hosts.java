package dev.tetra.tsm.os;

import java.io.IOException;

/** Opens the machine. */
public final class Hosts {
    private Hosts() {}

    /**
     * The machine this program runs on, with its reaping thread started. Once a program.
     *
     * @throws dev.tetra.tsm.model.TsmException.Unavailable on a system that tsm does not run on
     */
    public static Host forThisMachine() {
        return switch (Platform.current()) {
            case LINUX -> new LinuxHost();
            case MACOS -> new MacHost();
        };
    }

    /** What takes the head off a file on this machine. */
    public static HeadCutter headCutter() {
        return switch (Platform.current()) {
            case LINUX -> new Fallocate();
            case MACOS -> HeadCutter.NONE;
        };
    }

    /**
     * What tells of changes in folders on this machine.
     *
     * @throws IOException when it has nothing that does, or no more of it
     */
    public static FolderChanges folderChanges() throws IOException {
        return switch (Platform.current()) {
            case LINUX -> new InotifyFolders();
            case MACOS -> throw new IOException("this system tells nothing of changes");
        };
    }

    /**
     * What tells of files that are touched on this machine.
     *
     * @throws IOException when it has nothing that does, or no more of it
     */
    public static FileTouches fileTouches() throws IOException {
        return switch (Platform.current()) {
            case LINUX -> new InotifyFiles();
            case MACOS -> throw new IOException("this system tells nothing of files");
        };
    }
}
