package dev.tetra.tsm.os;

import java.lang.foreign.MemorySegment;

/**
 * The C library's functions that tsm calls; each holder looks its symbols up when it is first used, so that a start
 * pays only for what it needs.
 */
final class Libc {
    private Libc() {}

    /** Files and descriptors. */
    static final class Files {
        static final MemorySegment OPEN = Frame.symbol("open");
        static final MemorySegment READ = Frame.symbol("read");
        static final MemorySegment CLOSE = Frame.symbol("close");
        static final MemorySegment ACCESS = Frame.symbol("access");

        private Files() {}
    }

    /** What only some calls need of files. */
    static final class MoreFiles {
        static final MemorySegment DUP2 = Frame.symbol("dup2");
        static final MemorySegment PIPE = Frame.symbol("pipe");
        static final MemorySegment POLL = Frame.symbol("poll");
        static final MemorySegment READLINK = Frame.symbol("readlink");
        static final MemorySegment WRITE = Frame.symbol("write");

        private MoreFiles() {}
    }

    /** Ends and signals. */
    static final class Processes {
        static final MemorySegment GETPID = Frame.symbol("getpid");
        static final MemorySegment KILL = Frame.symbol("kill");
        static final MemorySegment WAITID = Frame.symbol("waitid");
        static final MemorySegment SIGNAL = Frame.symbol("signal");
        static final MemorySegment SYSCONF = Frame.symbol("sysconf");

        private Processes() {}
    }

    /** What this program may, and who there is. */
    static final class Rights {
        static final MemorySegment GETEUID = Frame.symbol("geteuid");
        static final MemorySegment GETPRIORITY = Frame.symbol("getpriority");
        static final MemorySegment GETPWNAM = Frame.symbol("getpwnam");
        static final MemorySegment GETPWUID = Frame.symbol("getpwuid");
        static final MemorySegment GETGRNAM = Frame.symbol("getgrnam");
        static final MemorySegment GETGRGID = Frame.symbol("getgrgid");

        private Rights() {}
    }

    /** What a process does to itself. */
    static final class Self {
        static final MemorySegment SETSID = Frame.symbol("setsid");
        static final MemorySegment EXECVE = Frame.symbol("execve");
        static final MemorySegment SIGMASK = Frame.symbol("pthread_sigmask");
        static final MemorySegment SIGEMPTYSET = Frame.symbol("sigemptyset");

        private Self() {}
    }

    /** posix_spawn(3) and what belongs to it. */
    static final class Spawn {
        static final MemorySegment UMASK = Frame.symbol("umask");
        static final MemorySegment SPAWN = Frame.symbol("posix_spawn");
        static final MemorySegment ATTR_INIT = Frame.symbol("posix_spawnattr_init");
        static final MemorySegment ATTR_DESTROY = Frame.symbol("posix_spawnattr_destroy");
        static final MemorySegment ATTR_FLAGS = Frame.symbol("posix_spawnattr_setflags");
        static final MemorySegment ATTR_SIGMASK = Frame.symbol("posix_spawnattr_setsigmask");
        static final MemorySegment ATTR_SIGDEFAULT = Frame.symbol("posix_spawnattr_setsigdefault");
        static final MemorySegment ACTIONS_INIT = Frame.symbol("posix_spawn_file_actions_init");
        static final MemorySegment ACTIONS_DESTROY = Frame.symbol("posix_spawn_file_actions_destroy");
        static final MemorySegment ADD_OPEN = Frame.symbol("posix_spawn_file_actions_addopen");
        static final MemorySegment ADD_DUP2 = Frame.symbol("posix_spawn_file_actions_adddup2");
        static final MemorySegment ADD_CLOSE = Frame.symbol("posix_spawn_file_actions_addclose");
        static final MemorySegment ADD_CHDIR = Frame.symbol("posix_spawn_file_actions_addchdir_np");
        static final MemorySegment SIGFILLSET = Frame.symbol("sigfillset");
        static final MemorySegment SIGDELSET = Frame.symbol("sigdelset");

        private Spawn() {}
    }

    /** glibc 2.34 and later. */
    static final class SpawnCloseFrom {
        static final boolean PRESENT = Frame.has("posix_spawn_file_actions_addclosefrom_np");
        static final MemorySegment ADD_CLOSE_FROM =
                PRESENT ? Frame.symbol("posix_spawn_file_actions_addclosefrom_np") : MemorySegment.NULL;

        private SpawnCloseFrom() {}
    }

    /** Sockets, for trying whether a port is free. */
    static final class Sockets {
        static final MemorySegment SOCKET = Frame.symbol("socket");
        static final MemorySegment SETSOCKOPT = Frame.symbol("setsockopt");
        static final MemorySegment BIND = Frame.symbol("bind");

        private Sockets() {}
    }

    /** What only a server needs. */
    static final class Listening {
        static final MemorySegment LISTEN = Frame.symbol("listen");

        private Listening() {}
    }

    /** Messages of programs. */
    static final class Mail {
        static final MemorySegment SOCKETPAIR = Frame.symbol("socketpair");
        static final MemorySegment RECVMSG = Frame.symbol("recvmsg");
        static final MemorySegment RECV = Frame.symbol("recv");
        static final MemorySegment SEND = Frame.symbol("send");

        private Mail() {}
    }

    /** Only Linux has these. */
    static final class Linux {
        static final MemorySegment SYSCALL = Frame.symbol("syscall");
        static final MemorySegment IOCTL = Frame.symbol("ioctl");
        static final MemorySegment EPOLL_CREATE = Frame.symbol("epoll_create1");
        static final MemorySegment EPOLL_CTL = Frame.symbol("epoll_ctl");
        static final MemorySegment EPOLL_WAIT = Frame.symbol("epoll_wait");
        static final MemorySegment EVENTFD = Frame.symbol("eventfd");
        static final MemorySegment FCNTL = Frame.symbol("fcntl");

        private Linux() {}
    }

    /** inotify(7), which only Linux has. */
    static final class Changes {
        static final MemorySegment INIT = Frame.symbol("inotify_init1");
        static final MemorySegment ADD_WATCH = Frame.symbol("inotify_add_watch");
        static final MemorySegment RM_WATCH = Frame.symbol("inotify_rm_watch");
        static final MemorySegment EVENTFD = Frame.symbol("eventfd");

        private Changes() {}
    }

    /** Taking the head off a file; only Linux has fallocate. */
    static final class Allocation {
        static final MemorySegment FALLOCATE = Frame.symbol("fallocate");
        static final MemorySegment LSEEK = Frame.symbol("lseek");

        private Allocation() {}
    }

    /** Advice about memory. */
    static final class Memory {
        static final MemorySegment MADVISE = Frame.symbol("madvise");

        private Memory() {}
    }

    /** Of glibc alone. */
    static final class Malloc {
        static final boolean PRESENT = Frame.has("malloc_trim");
        static final MemorySegment TRIM = PRESENT ? Frame.symbol("malloc_trim") : MemorySegment.NULL;

        private Malloc() {}
    }

    /** glibc 2.28 and later; musl 1.2.5 and later. */
    static final class Statx {
        static final boolean PRESENT = Frame.has("statx");
        static final MemorySegment STATX = PRESENT ? Frame.symbol("statx") : MemorySegment.NULL;

        private Statx() {}
    }
}
