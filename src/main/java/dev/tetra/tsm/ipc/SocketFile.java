package dev.tetra.tsm.ipc;

import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The file of a Unix socket. */
public final class SocketFile {
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final int BACKLOG = 128;
    /** What a program adds to the path of its channel for a socket of its own (SPEC 11). */
    private static final String APP = ".app";

    private static final int LONGEST_LINUX = 107;
    private static final int LONGEST_MACOS = 103;

    private SocketFile() {}

    /** Where the program of a channel may listen itself. */
    public static Path app(Path channel) {
        return channel.resolveSibling(channel.getFileName() + APP);
    }

    /**
     * Why a channel cannot be at a path: neither it nor the program's own socket beside it may be longer than the system
     * takes (sun_path in unix(7) and in macOS's unix(4), each less the NUL at the end). Empty when it can be.
     */
    public static Optional<String> tooLong(Path channel) {
        int longest = (isMac() ? LONGEST_MACOS : LONGEST_LINUX) - APP.length();
        int length = RawText.encode(channel.toString()).length;
        return length <= longest
                ? Optional.empty()
                : Optional.of("it would have " + length + " bytes, and " + longest + " is the most: " + channel);
    }

    static boolean isMac() {
        return System.getProperty("os.name", "").startsWith("Mac");
    }

    /** Whether there is a socket, listened on or not. */
    public static boolean isSocket(Path path) {
        try {
            return isSocket(Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return false;
        }
    }

    /** What is in the way of a new socket at a path: anything but nothing and a socket that nobody listens on. */
    static Optional<String> obstacle(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!isSocket(path)) {
            return Optional.of("a file that is no socket is at " + path);
        }
        return listens(path) ? Optional.of("another program listens on " + path) : Optional.empty();
    }

    /**
     * Whether somebody listens on a socket. Connecting to one that nobody listens on is refused (unix(7)); every other
     * answer, such as that the backlog is full, means that somebody does or that one cannot know.
     */
    public static boolean listens(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            return Files.exists(socket, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /**
     * Listens at a path where nothing is in the way; fails if something is by then. The socket gets its rights under
     * another name first, so that nobody else can connect at any moment whatever the umask.
     *
     * @param draft a path in the same folder, not longer than the other
     */
    static ServerSocketChannel bind(Path path, Path draft) throws IOException {
        Files.deleteIfExists(draft);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(draft), BACKLOG);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
            if (isSocket(path) && !listens(path)) {
                Files.deleteIfExists(path);
            }
            place(draft, path);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(draft);
            throw e;
        }
    }

    /** Gives a file another name. A link takes the place of nothing (link(2)), so what has come there since stays. */
    private static void place(Path draft, Path path) throws IOException {
        try {
            Files.createLink(path, draft);
            Files.delete(draft);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("something has come to " + path + " meanwhile", e);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Which socket is at a path; empty when none is. Its device and inode are not enough: an inode that is free is soon
     * another file's. Where the system does not tell when a file was made, that is when it was last changed.
     */
    static Optional<Object> identity(Path path) throws IOException {
        try {
            Map<String, Object> file =
                    Files.readAttributes(path, "unix:mode,fileKey,creationTime", LinkOption.NOFOLLOW_LINKS);
            return isSocket(file.get("mode"))
                    ? Optional.of(List.of(file.get("fileKey"), file.get("creationTime")))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static boolean isSocket(@Nullable Object mode) {
        return mode instanceof Integer bits && (bits & TYPE) == SOCKET;
    }
}
