package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.HealthPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options about health. */
class HealthOptionsTest {
    @TempDir
    Path folder;

    private static HealthPolicy policy(String... words) {
        StartVerb verb = new StartVerb();
        Verbs.commandLine(verb, "start").parseArgs(words);
        assertEquals(List.of("python3", "-m", "http.server"), verb.words);
        return verb.health.policy();
    }

    private static Check ready(HealthPolicy policy) {
        assertNotNull(policy.ready());
        return policy.ready().check();
    }

    @Test
    void an_option_with_or_without_its_port_leaves_the_command_whole() {
        Check own = Check.tcp(Check.OWN, "--ready-tcp");
        assertEquals(own, ready(policy("--ready-tcp", "python3", "-m", "http.server")));
        assertEquals(own, ready(policy("--ready-tcp", "--name", "x", "python3", "-m", "http.server")));
        assertEquals(own, ready(policy("--ready-tcp=own", "python3", "-m", "http.server")));
        Check other = Check.tcp("4000", "--ready-tcp");
        assertEquals(other, ready(policy("--ready-tcp", "4000", "python3", "-m", "http.server")));
        assertEquals(other, ready(policy("--ready-tcp=4000", "python3", "-m", "http.server")));
    }

    @Test
    void a_probe_without_a_port_or_with_two_kinds_or_of_nothing_is_refused_before_anything_is_recorded()
            throws IOException {
        Desk desk = new Desk(folder);
        try {
            for (String[] line : new String[][] {
                {"start", "--ready-tcp", "--name", "x", "sleep", "60"},
                {"start", "--ready-http", "/", "sleep", "60"},
                {"start", "--ready-tcp=70000", "sleep", "60"},
                {"start", "--ready-log", "(", "sleep", "60"},
                {"start", "--ready-log", "x", "--ready-exec", "true", "sleep", "60"},
                {"start", "--live-interval", "1s", "sleep", "60"},
                {"start", "--ready-log", "x", "--ready-failure", "0", "sleep", "60"},
            }) {
                Desk.Told told = desk.tell(line);
                assertEquals(2, told.code(), told.err());
                assertTrue(told.err().contains("hint"), told.err());
            }
            assertEquals(List.of(), desk.names(), "nothing is recorded");
        } finally {
            desk.close();
        }
    }
}
