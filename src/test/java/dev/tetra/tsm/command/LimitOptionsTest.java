package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitOptionsTest {
    private void refused(Desk desk, String begins, String... options) {
        List<String> words = new ArrayList<>(List.of("start"));
        words.addAll(List.of(options));
        words.addAll(List.of("sleep", "100"));
        Desk.Told told = desk.tell(words.toArray(String[]::new));
        assertEquals(2, told.code(), told.toString());
        assertTrue(told.err().startsWith("tsm: " + begins), told.err());
    }

    @Test
    void what_is_wrong_is_refused_and_nothing_is_recorded(@TempDir Path folder) throws Exception {
        try (Desk desk = new Desk(folder)) {
            refused(desk, "--nice: 20 is no priority", "--nice", "20");
            refused(desk, "--nice", "--nice", "low");
            refused(desk, "--ulimit: 'files' is none of nofile", "--ulimit", "files=3");
            refused(desk, "--ulimit nofile: 'many' is no number", "--ulimit", "nofile=many");
            refused(desk, "--ulimit: nofile is given twice", "--ulimit", "nofile=3", "--ulimit", "nofile=4");
            refused(desk, "--cpu: 'half' is no number of processors", "--cpu", "half");
            refused(desk, "--cpu: less than 0.01 of a processor", "--cpu", "0.5%");
            refused(desk, "--memory-limit: 'much' is no amount of data", "--memory-limit", "much");
            refused(desk, "--memory-limit: less than 1M", "--memory-limit", "1000K");
            refused(desk, "--umask: '089' is no octal number", "--umask", "089");
            refused(desk, "--umask: 1777 is no mask", "--umask", "1777");
            refused(desk, "--user: there is no user 'nobody-of-this-name'", "--user", "nobody-of-this-name");
            refused(desk, "--success-codes: 'x' is not a signal", "--success-codes", "0,x");
            refused(desk, "--success-codes: '0,256'", "--success-codes", "0,256");
            assertEquals("[]\n", desk.tell("list", "all", "--json").out());
        }
    }

    @Test
    void what_was_said_is_shown(@TempDir Path folder) throws Exception {
        try (Desk desk = new Desk(folder)) {
            Desk.Told started = desk.tell(
                    "start",
                    "--name",
                    "l",
                    "--nice",
                    "3",
                    "--ulimit",
                    "nofile=64:128",
                    "--umask",
                    "27",
                    "--user",
                    "nobody",
                    "--success-codes",
                    "0,TERM",
                    "sleep",
                    "1000");
            assertEquals(0, started.code(), started.err());
            String text = desk.tell("info", "l").out();
            assertTrue(text.contains("Limits and commands"), text);
            assertTrue(text.replaceAll(" +", " ").contains("Ulimit: nofile=64:128"), text);
            assertTrue(text.replaceAll(" +", " ").contains("Success codes: 0,143"), text);
            String json = desk.tell("info", "l", "--json").out();
            assertTrue(json.contains("\"umask\": \"027\""), json);
            assertTrue(desk.tell("env", "l").out().contains("LOGNAME"));
            String rows = desk.tell("sql", "--csv", "SELECT name, nice, umask, user_name FROM limits")
                    .out();
            assertTrue(rows.contains("l,3,23,nobody"), rows);
            assertEquals(0, desk.tell("stop", "l").code());
            String why = desk.tell("why", "l").out();
            assertTrue(why.contains("l (ID 0) is stopped"), why);
        }
    }
}
