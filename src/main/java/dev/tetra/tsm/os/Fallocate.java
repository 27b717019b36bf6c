package dev.tetra.tsm.os;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** By fallocate(2) and lseek(2) of Linux. */
final class Fallocate implements HeadCutter {
    /** include/uapi/linux/falloc.h. */
    private static final int KEEP_SIZE = 0x01;

    private static final int PUNCH_HOLE = 0x02;
    private static final int COLLAPSE_RANGE = 0x08;
    /** include/uapi/linux/fs.h. */
    private static final int SEEK_DATA = 3;

    private static final int SEEK_END = 2;
    private static final int O_RDWR = 2;

    @Override
    public boolean punch(Path file, long from, long to) throws IOException {
        return change(file, PUNCH_HOLE | KEEP_SIZE, from, to - from);
    }

    @Override
    public boolean collapse(Path file, long length) throws IOException {
        return change(file, COLLAPSE_RANGE, 0, length);
    }

    @Override
    public long firstData(Path file) throws IOException {
        try (Frame frame = new Frame()) {
            int descriptor = open(frame, file);
            try {
                long at = frame.callLong(Libc.Allocation.LSEEK, descriptor, 0, SEEK_DATA);
                if (at < 0 && frame.errno() == Errno.ENXIO) {
                    at = frame.callLong(Libc.Allocation.LSEEK, descriptor, 0, SEEK_END);
                }
                if (at < 0) {
                    throw failed(file, frame.errno());
                }
                return at;
            } finally {
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        }
    }

    private static boolean change(Path file, int mode, long from, long length) throws IOException {
        try (Frame frame = new Frame()) {
            int descriptor = open(frame, file);
            try {
                int result;
                do {
                    result = frame.call(Libc.Allocation.FALLOCATE, descriptor, mode, from, length);
                } while (result != 0 && frame.errno() == Errno.EINTR);
                if (result == 0) {
                    return true;
                }
                int errno = frame.errno();
                // EINVAL: blocks of a size that the file system does not tell, as with bigalloc of ext4
                if (errno == Errno.EOPNOTSUPP || errno == Errno.ENOSYS || errno == Errno.EINVAL) {
                    return false;
                }
                throw failed(file, errno);
            } finally {
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        }
    }

    private static int open(Frame frame, Path file) throws IOException {
        int descriptor = frame.call(Libc.Files.OPEN, frame.text(file.toString()), O_RDWR | Platform.current().oCloexec);
        if (descriptor < 0) {
            int errno = frame.errno();
            throw errno == Errno.ENOENT ? new NoSuchFileException(file.toString()) : failed(file, errno);
        }
        return descriptor;
    }

    private static IOException failed(Path file, int errno) {
        return new IOException(file + ": " + Errno.words(errno));
    }
}
