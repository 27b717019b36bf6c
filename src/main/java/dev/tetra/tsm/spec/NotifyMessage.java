package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.RawText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a program tells of itself in one datagram, as sd_notify(3) has it: lines of {@code NAME=value}. Lines with other
 * names, and values that make no sense, are left out; of several lines of one name the last counts.
 *
 * @param ready {@code READY=1}
 * @param reloading {@code RELOADING=1}
 * @param stopping {@code STOPPING=1}
 * @param alive {@code WATCHDOG=1}
 * @param failed {@code WATCHDOG=trigger}
 * @param status {@code STATUS=}, at most {@value #LONGEST_STATUS} characters; empty takes it back, null says nothing
 * @param mainPid {@code MAINPID=}
 * @param moreTime {@code EXTEND_TIMEOUT_USEC=}
 * @param patience {@code WATCHDOG_USEC=}: how long the watchdog is to wait from now on
 */
public record NotifyMessage(
        boolean ready,
        boolean reloading,
        boolean stopping,
        boolean alive,
        boolean failed,
        @Nullable String status,
        @Nullable Long mainPid,
        @Nullable Duration moreTime,
        @Nullable Duration patience) {
    /** What is longer is cut off. */
    public static final int LONGEST_STATUS = 300;

    private static final int DIGITS = 18;
    private static final Duration MOST = Duration.ofDays(365);

    /** Says that it is ready, and perhaps how it is. */
    public static NotifyMessage ready(@Nullable String status) {
        return new NotifyMessage(
                true, false, false, false, false, status == null ? null : cut(status), null, null, null);
    }

    /** Says how it is. */
    public static NotifyMessage status(String status) {
        return new NotifyMessage(false, false, false, false, false, cut(status), null, null, null);
    }

    /** The same without {@code MAINPID=}. */
    public NotifyMessage withoutMainPid() {
        return new NotifyMessage(ready, reloading, stopping, alive, failed, status, null, moreTime, patience);
    }

    /** Whether nothing in it has a meaning. */
    public boolean empty() {
        return !ready
                && !reloading
                && !stopping
                && !alive
                && !failed
                && status == null
                && mainPid == null
                && moreTime == null
                && patience == null;
    }

    /** Reads a datagram; anything at all can be read. */
    public static NotifyMessage parse(byte[] datagram) {
        Reader reader = new Reader();
        for (String line : RawText.decode(datagram).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                reader.take(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return new NotifyMessage(
                reader.ready,
                reader.reloading,
                reader.stopping,
                reader.alive,
                reader.failed,
                reader.status,
                reader.mainPid,
                reader.moreTime,
                reader.patience);
    }

    private static final class Reader {
        private boolean ready;
        private boolean reloading;
        private boolean stopping;
        private boolean alive;
        private boolean failed;
        private @Nullable String status;
        private @Nullable Long mainPid;
        private @Nullable Duration moreTime;
        private @Nullable Duration patience;

        void take(String name, String value) {
            switch (name) {
                case "READY" -> ready |= value.equals("1");
                case "RELOADING" -> reloading |= value.equals("1");
                case "STOPPING" -> stopping |= value.equals("1");
                case "WATCHDOG" -> {
                    alive |= value.equals("1");
                    failed |= value.equals("trigger");
                }
                case "STATUS" -> status = cut(value);
                case "MAINPID" -> {
                    Long pid = number(value);
                    mainPid = pid == null || pid < 2 ? mainPid : pid;
                }
                case "EXTEND_TIMEOUT_USEC" -> moreTime = micros(value, moreTime);
                case "WATCHDOG_USEC" -> patience = micros(value, patience);
                default -> {
                    // BARRIER=1, ERRNO=, FDSTORE=1 and whatever comes to be: nothing of tsm's
                }
            }
        }
    }

    private static String cut(String status) {
        String line = status.strip();
        return line.length() <= LONGEST_STATUS ? line : line.substring(0, LONGEST_STATUS);
    }

    private static @Nullable Long number(String value) {
        boolean digits =
                !value.isEmpty() && value.length() <= DIGITS && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.valueOf(value) : null;
    }

    private static @Nullable Duration micros(String value, @Nullable Duration before) {
        Long micros = number(value);
        if (micros == null || micros == 0) {
            return before;
        }
        Duration time = Duration.ofSeconds(micros / 1_000_000, micros % 1_000_000 * 1000);
        return time.compareTo(MOST) > 0 ? MOST : time;
    }
}
