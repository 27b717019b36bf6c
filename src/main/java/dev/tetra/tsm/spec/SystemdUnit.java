package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The systemd unit that keeps a home's daemon (systemd.unit(5), systemd.service(5)).
 *
 * <p>The daemon itself is the main process ({@code Type=exec}): nothing has to be guessed, and its successor after {@code
 * tsm daemon restart} has its pid. The processes stay in the unit's control group, so {@code KillMode=process}, or else
 * the end of the daemon would be the end of all, and {@code OOMPolicy=continue}, or else one of them that the kernel ends
 * for its memory would stop the unit. The group is the daemon's to divide ({@code
 * Delegate=yes}), and the daemon is in a leaf of it from its start, as a group that hands controllers to others takes no
 * process; systemd before 254 does not know that line, and leaves it out. A virtual machine that ends on SIGTERM has exit code 143.
 *
 * @param user whose processes they are; null for a unit of the user's own manager
 * @param launcher the absolute path of {@code bin/tsm}
 * @param environment what the daemon needs to find its home and Java, and processes their programs
 */
public record SystemdUnit(@Nullable String user, String launcher, Map<String, String> environment) {
    /** The name of the unit. */
    public static final String NAME = "tsm.service";

    /** In the first line of files that tsm wrote and may change. */
    public static final String MARK = "written by tsm startup install";

    public SystemdUnit {
        environment = new TreeMap<>(environment);
    }

    /**
     * The unit's text.
     *
     * @throws TsmException.Failed for a path or value that no unit can hold
     */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("# ")
                .append(MARK)
                .append("; tsm startup uninstall removes it\n")
                .append("[Unit]\n")
                .append("Description=tsm process manager\n")
                .append(user == null ? "" : "After=network.target\n")
                .append("\n[Service]\n")
                .append("Type=exec\n");
        if (user != null) {
            text.append("User=").append(plain(user).replace("%", "%%")).append('\n');
        }
        environment.forEach((name, value) ->
                text.append("Environment=").append(quoted(name + "=" + value)).append('\n'));
        // systemd executes no program with quotes or backslashes in its path; as a word for bash they are all right
        boolean odd = launcher.chars().anyMatch(c -> "\"'\\".indexOf(c) >= 0);
        String program = (odd ? "/bin/bash -p " : "") + quoted(launcher).replace("$", "$$");
        text.append("ExecStart=")
                .append(program)
                .append(" __daemon\n")
                .append("ExecReload=")
                .append(program)
                .append(" daemon restart\n")
                .append("ExecStop=")
                .append(program)
                .append(" daemon stop --shutdown\n")
                .append("KillMode=process\n")
                .append("OOMPolicy=continue\n")
                .append("TasksMax=infinity\n")
                .append("Delegate=yes\n")
                .append("DelegateSubgroup=tsm.daemon\n")
                .append("SuccessExitStatus=143\n")
                .append("Restart=on-failure\n")
                .append("RestartSec=1\n")
                .append("TimeoutStopSec=90\n")
                .append("\n[Install]\n")
                .append(user == null ? "WantedBy=default.target\n" : "WantedBy=multi-user.target\n");
        return text.toString();
    }

    /** In double quotes, with specifiers and escapes taken literally (systemd.syntax(7), Quoting). */
    private static String quoted(String value) {
        return '"' + plain(value).replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%") + '"';
    }

    private static String plain(String value) {
        boolean odd = value.chars().anyMatch(c -> c < ' ' || c == 0x7f)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(value);
        if (odd) {
            throw new TsmException.Failed(
                    "'" + value + "' cannot stand in a unit: it has control characters or is no UTF-8",
                    "use a folder with a plainer name");
        }
        return value;
    }
}
