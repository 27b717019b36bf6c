package dev.tetra.tsm.repl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.ControlServer;
import dev.tetra.tsm.control.Request;
import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys typed into a terminal within the test, in front of a daemon that notes what it is asked. */
@Timeout(60)
class InteractiveTest {
    @TempDir
    Path home;

    private final List<List<String>> asked = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    private void answer(Request request, Answer answer) {
        List<String> words = request.words();
        asked.add(words);
        switch (words.getFirst()) {
            case "__complete" -> {
                answer.out("stop\tStop processes.\n--name\tA name.\n");
                answer.exit(0);
            }
            case "__secret" -> answer.exit(words.contains("TOKEN=1") ? 1 : 0);
            case "sql" -> {
                answer.out(
                        words.getLast().contains("documentation")
                                ? "VIEW_NAME,COLUMN_NAME,TEXT\nprocesses,status,\"How it is, or was\"\n"
                                : "1\n");
                answer.exit(0);
            }
            case "top" -> answer.client("top");
            default -> answer.exit(words.getFirst().equals("fail") ? 4 : 0);
        }
    }

    private int run(Program program, String keys, String... words) throws IOException {
        try (ControlServer server = ControlServer.bind(home, "", this::answer)) {
            server.start();
            Caller caller = Caller.read(List.of("--home", home.toString(), "--flags", "in-tty,out-tty"))
                    .caller();
            Streams streams = new Streams(out, err);
            try (Terminal terminal = new DumbTerminal(
                            "test", "xterm", new ByteArrayInputStream(RawText.encode(keys)), screen, UTF_8);
                    Screen drawn = new Screen(caller, terminal)) {
                return program.run(
                        new Session(new DaemonLink(caller, streams, drawn::width), drawn, streams), List.of(words));
            }
        }
    }

    /** The commands that a person asked for. */
    private List<List<String>> commands() {
        return asked.stream()
                .filter(words -> !words.getFirst().startsWith("__"))
                .filter(words -> !words.getLast().contains("documentation"))
                .toList();
    }

    private List<String> kept(String file) {
        return new HistoryFile(home.resolve(file)).lines();
    }

    @Test
    void a_line_becomes_the_words_of_one_command() throws IOException {
        assertEquals(0, run(new Repl(Map.of()), "start --name 'a b' \"c\rd\"\rtsm list\r\rfail\rquit\r", "repl"));
        assertEquals(List.of(List.of("start", "--name", "a b", "c\nd"), List.of("list"), List.of("fail")), commands());
    }

    @Test
    void what_the_daemon_calls_secret_is_not_kept() throws IOException {
        run(new Repl(Map.of()), "start -e TOKEN=1 x\rlist\r list all\rlist\r", "repl");
        assertEquals(List.of("list"), kept("history"));
    }

    @Test
    void a_word_is_completed_by_what_the_daemon_offers() throws IOException {
        run(new Repl(Map.of()), "sto\tone\r", "repl");
        assertEquals(List.of(List.of("stop", "one")), commands());
        assertTrue(asked.contains(List.of("__complete", "--", "sto")), "" + asked);
    }

    @Test
    void statements_are_sent_one_by_one_with_the_options_given_for_all() throws IOException {
        assertEquals(0, run(new Sql(), "select 1\rfrom x; select ';';\rselect\r\\q\r", "sql", "--csv"));
        assertEquals(
                List.of(List.of("sql", "--csv", "--", "select 1\nfrom x"), List.of("sql", "--csv", "--", "select ';'")),
                commands());
        assertEquals(List.of("select 1\nfrom x; select ';';"), kept("history.sql"));
        assertEquals("1\n1\n", out.toString(UTF_8));
    }

    @Test
    void names_of_views_and_columns_are_completed() throws IOException {
        run(new Sql(), "select stat\tfrom proc\t;\r", "sql");
        assertEquals(List.of(List.of("sql", "--", "select status from processes")), commands());
    }

    @Test
    void sql_and_other_programs_run_within_the_prompt() throws IOException {
        Program top = (session, words) -> {
            session.streams().out(RawText.encode("top " + words + "\n"));
            return 0;
        };
        run(new Repl(Map.of("sql", new Sql(), "top", top)), "/sql\rselect 2;\r\\q\rtop --sort cpu\rlist\r", "repl");
        assertEquals(
                List.of(List.of("sql", "--", "select 2"), List.of("top", "--sort", "cpu"), List.of("list")),
                commands());
        assertTrue(out.toString(UTF_8).contains("top [top, --sort, cpu]"));
    }

    @Test
    void an_unknown_word_with_a_slash_never_reaches_the_daemon() throws IOException {
        run(new Repl(Map.of()), "/histroy\r", "repl");
        assertEquals(List.of(), commands());
        assertTrue(err.toString(UTF_8).contains("did you mean /history?"));
        assertFalse(kept("history").isEmpty());
    }
}
