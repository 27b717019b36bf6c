package dev.tetra.tsm.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and from where. His environment is fetched when it is first needed, because most commands do not need it.
 * Used by one thread.
 */
public final class Caller {
    /** What tsm gives to its processes; a caller who is one of them must not hand it on as his own. */
    private static final List<String> NOT_HIS =
            List.of("_", "TSM_ID", "TSM_NAME", "TSM_RUN", "TSM_SOCKET", "TSM_JAVA", "TSM_JAVA_OPTS");

    /** In place of a user's name: nobody asks, tsm does it by itself as its daemon starts. */
    public static final String NOBODY = "";

    private final String user;
    private final long pid;
    private final String cwd;
    private final int umask;
    private final Supplier<List<String>> environment;
    private @Nullable Map<String, String> fetched;
    private @Nullable String run;

    /**
     * @param cwd the absolute working directory
     * @param umask the file mode creation mask, 0 to 0777
     * @param environment gives {@code NAME=VALUE} each
     */
    public Caller(String user, long pid, String cwd, int umask, Supplier<List<String>> environment) {
        this.user = user;
        this.pid = pid;
        this.cwd = cwd;
        this.umask = umask;
        this.environment = environment;
    }

    /** The same caller in another folder. */
    Caller in(String folder) {
        return new Caller(
                user,
                pid,
                folder,
                umask,
                () -> environment().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
    }

    /** The same caller with another environment, folder and umask: those of a process that was started before. */
    Caller as(Map<String, String> environment, String folder, int umask) {
        return new Caller(
                user,
                pid,
                folder,
                umask,
                () -> environment.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
    }

    /** The user's name, or {@link #NOBODY}. */
    public String user() {
        return user;
    }

    /** The pid of his client. */
    public long pid() {
        return pid;
    }

    /** The absolute working directory. */
    public String cwd() {
        return cwd;
    }

    /** The file mode creation mask. */
    public int umask() {
        return umask;
    }

    /** His environment. */
    public Map<String, String> environment() {
        if (fetched == null) {
            Map<String, String> all = new TreeMap<>();
            for (String entry : environment.get()) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    all.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            run = all.get("TSM_RUN");
            NOT_HIS.forEach(all::remove);
            fetched = all;
        }
        return fetched;
    }

    /** The run of tsm's that he is part of, by the token in his environment. */
    Optional<String> run() {
        environment();
        return Optional.ofNullable(run);
    }

    /** His search path for programs. */
    public String path() {
        return Optional.ofNullable(environment().get("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
    }
}
