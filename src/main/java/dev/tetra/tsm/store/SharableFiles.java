package dev.tetra.tsm.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Files that H2 may open to write while another program has them open to read. H2 locks the file of a database whatever
 * {@code FILE_LOCK} says, for itself alone, or with others when it only reads; so a tool that reads would keep the daemon
 * from starting. Here the lock for itself alone gives way to one with those that read. Programs that would write are still
 * kept out by it, and while the daemon is alone so are those that read.
 */
public final class SharableFiles extends FilePathWrapper {
    static final String SCHEME = "sharable";

    /** For H2, which makes one for each path. */
    public SharableFiles() {}

    /** Makes H2 know the scheme. */
    static void register() {
        FilePath.register(new SharableFiles());
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new Sharable(super.open(mode));
    }

    // a FileChannel may be read and written at positions by several at once
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    private static final class Sharable extends FileBase {
        private final FileChannel file;

        Sharable(FileChannel file) {
            this.file = file;
        }

        @Override
        public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
            FileLock lock = file.tryLock(position, size, shared);
            return lock == null && !shared ? file.tryLock(position, size, true) : lock;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            return file.read(to);
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            return file.read(to, position);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return file.write(from);
        }

        @Override
        public int write(ByteBuffer from, long position) throws IOException {
            return file.write(from, position);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            file.force(metaData);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
