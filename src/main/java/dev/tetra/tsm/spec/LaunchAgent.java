package dev.tetra.tsm.spec;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The launchd job that keeps a home's daemon on macOS, written from launchd.plist(5) and not tried on one yet. {@code
 * AbandonProcessGroup} leaves the processes alone when the daemon ends; {@code SuccessfulExit} restarts a daemon that
 * failed and leaves one that was stopped.
 *
 * @param user whose processes they are; null for an agent of the user's own session
 * @param launcher the absolute path of {@code bin/tsm}
 */
public record LaunchAgent(@Nullable String user, String launcher, Map<String, String> environment) {
    /** The job's label. */
    public static final String LABEL = "dev.tetra.tsm";

    public LaunchAgent {
        environment = new TreeMap<>(environment);
    }

    /** The property list. */
    public String text() {
        StringBuilder variables = new StringBuilder();
        environment.forEach((name, value) -> variables
                .append("    <key>")
                .append(xml(name))
                .append("</key>\n    <string>")
                .append(xml(value))
                .append("</string>\n"));
        String owner = user == null ? "" : "  <key>UserName</key>\n  <string>" + xml(user) + "</string>\n";
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- %s; tsm startup uninstall removes it -->
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <plist version="1.0">
                <dict>
                  <key>Label</key>
                  <string>%s</string>
                %s  <key>ProgramArguments</key>
                  <array>
                    <string>%s</string>
                    <string>__daemon</string>
                  </array>
                  <key>EnvironmentVariables</key>
                  <dict>
                %s  </dict>
                  <key>RunAtLoad</key>
                  <true/>
                  <key>KeepAlive</key>
                  <dict>
                    <key>SuccessfulExit</key>
                    <false/>
                  </dict>
                  <key>AbandonProcessGroup</key>
                  <true/>
                  <key>ExitTimeOut</key>
                  <integer>90</integer>
                </dict>
                </plist>
                """.formatted(SystemdUnit.MARK, LABEL, owner, xml(launcher), variables);
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
