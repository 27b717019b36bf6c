package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tetra.tsm.model.RawText;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Which file a name means and how large it is, for the price of one statx(2) and no garbage: for what is looked at again and
 * again, and hardly ever changes. Used by one thread.
 */
public final class FileGlance implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int STATX_INO = 0x100;
    private static final int STATX_SIZE = 0x200;
    /** struct statx. */
    private static final int STATX_LENGTH = 256;

    private static final int INODE_AT = 32;
    private static final int SIZE_AT = 40;
    private static final int DEVICE_AT = 136;
    private static final int PATH_MAX = 4096;

    private final Frame frame = new Frame();
    private final MemorySegment name = frame.allocate(PATH_MAX);
    private final MemorySegment found = frame.allocate(STATX_LENGTH);

    /** A path as {@link #at} takes it. */
    public static byte[] name(Path path) {
        byte[] bytes = RawText.encode(path.toString());
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /** Looks; false when nothing is there, or this system cannot do it. */
    public boolean at(byte[] path) {
        if (!Libc.Statx.PRESENT || path.length > PATH_MAX) {
            return false;
        }
        MemorySegment.copy(path, 0, name, JAVA_BYTE, 0, path.length);
        return frame.call(Libc.Statx.STATX, AT_FDCWD, name.address(), 0, STATX_INO | STATX_SIZE, found.address()) == 0;
    }

    /** The size of what was found last, in bytes. */
    public long size() {
        return found.get(JAVA_LONG, SIZE_AT);
    }

    /** The inode of what was found last. */
    public long inode() {
        return found.get(JAVA_LONG, INODE_AT);
    }

    /** The device of what was found last. */
    public long device() {
        return (long) found.get(JAVA_INT, DEVICE_AT) << 32 | Integer.toUnsignedLong(found.get(JAVA_INT, DEVICE_AT + 4));
    }

    @Override
    public void close() {
        frame.close();
    }
}
