package dev.tetra.tsm.os;

import dev.tetra.tsm.model.TsmException;
import java.util.Locale;

/**
 * The numbers in which the systems differ. Linux: the same on x86-64 and aarch64 (include/uapi/asm-generic), as far as
 * they are used here. macOS: from the headers of its SDK.
 */
enum Platform {
    LINUX(0x400, 0x40, 0x80000, 0x800, 0x80, 0, 0x0100_0000, 1, 16, 24, 10, 26, 1, 2, 2, 30),
    MACOS(0x8, 0x200, 0x100_0000, 0x4, 0x400, 0x4000, 0x20, 1, 12, 20, 30, 27, 0xffff, 4, 3, 29);

    /** fcntl.h. */
    final int oAppend;

    final int oCreat;
    final int oCloexec;
    final int oNonblock;
    /** spawn.h. */
    final int spawnSetsid;

    final int spawnCloexecDefault;
    /** sys/wait.h. */
    final int wNowait;

    final int wNohang;
    /** Offsets in siginfo_t. */
    final int siginfoPid;

    final int siginfoStatus;
    /** sys/socket.h and netinet/in.h. */
    final int afInet6;

    final int ipv6V6only;
    final int solSocket;
    final int soReuseaddr;
    /** unistd.h. */
    final int scClkTck;

    final int scPagesize;

    /** O_WRONLY, everywhere. */
    static final int O_WRONLY = 1;
    /** WEXITED, everywhere. */
    static final int WEXITED = 4;
    /** POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, everywhere. */
    static final int SPAWN_SIGNALS = 0x4 | 0x8;

    Platform(
            int oAppend,
            int oCreat,
            int oCloexec,
            int oNonblock,
            int spawnSetsid,
            int spawnCloexecDefault,
            int wNowait,
            int wNohang,
            int siginfoPid,
            int siginfoStatus,
            int afInet6,
            int ipv6V6only,
            int solSocket,
            int soReuseaddr,
            int scClkTck,
            int scPagesize) {
        this.oAppend = oAppend;
        this.oCreat = oCreat;
        this.oCloexec = oCloexec;
        this.oNonblock = oNonblock;
        this.spawnSetsid = spawnSetsid;
        this.spawnCloexecDefault = spawnCloexecDefault;
        this.wNowait = wNowait;
        this.wNohang = wNohang;
        this.siginfoPid = siginfoPid;
        this.siginfoStatus = siginfoStatus;
        this.afInet6 = afInet6;
        this.ipv6V6only = ipv6V6only;
        this.solSocket = solSocket;
        this.soReuseaddr = soReuseaddr;
        this.scClkTck = scClkTck;
        this.scPagesize = scPagesize;
    }

    private static final Platform CURRENT = of(System.getProperty("os.name", ""));

    /** The system this program runs on. */
    static Platform current() {
        return CURRENT;
    }

    private static Platform of(String osName) {
        String name = osName.toLowerCase(Locale.ROOT);
        if (name.startsWith("linux")) {
            return LINUX;
        }
        if (name.startsWith("mac")) {
            return MACOS;
        }
        throw new TsmException.Unavailable("tsm does not run on " + osName, "use Linux or macOS");
    }
}
