package dev.tetra.tsm.repl.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopModelTest {
    private static final ProcessRow WEB = Pictures.row(0, "web", "online", 5, 300);
    private static final ProcessRow WORKER = Pictures.row(1, "worker", "online", 90, 200);
    private static final ProcessRow OLD = Pictures.row(2, "old", "stopped", 0, 0);

    private final TopModel model = Pictures.model(Pictures.look(WEB, WORKER, OLD));

    private List<String> names() {
        return model.rows().stream().map(ProcessRow::name).toList();
    }

    private String chosen() {
        return model.chosen().map(ProcessRow::name).orElse("none");
    }

    @Test
    void those_at_rest_are_shown_when_asked_for() {
        assertEquals(List.of("web", "worker"), names());
        Pictures.types(model, "a");
        assertEquals(List.of("web", "worker", "old"), names());
        Pictures.types(model, "a");
        assertEquals(List.of("web", "worker"), names());
    }

    @Test
    void the_choice_stays_on_its_process_when_the_order_changes() {
        model.key(Key.DOWN, "");
        assertEquals("worker", chosen());
        Pictures.types(model, "O");
        assertEquals(List.of("worker", "web"), names());
        assertEquals("worker", chosen());
        model.look(Pictures.look(WEB));
        assertEquals("web", chosen());
        model.look(Pictures.look());
        assertEquals("none", chosen());
    }

    @Test
    void amounts_go_down_and_names_go_up() {
        TopModel sorted = new TopModel(Order.parse("cpu"), true, "");
        sorted.look(Pictures.look(WEB, OLD, WORKER));
        assertEquals(
                List.of("worker", "web", "old"),
                sorted.rows().stream().map(ProcessRow::name).toList());
        TopModel turned = new TopModel(Order.parse("-name"), true, "");
        turned.look(Pictures.look(OLD, WEB, WORKER));
        assertEquals(
                List.of("worker", "web", "old"),
                turned.rows().stream().map(ProcessRow::name).toList());
        assertThrows(TsmException.Usage.class, () -> Order.parse("colour"));
    }

    @Test
    void every_column_can_be_ordered_by_and_the_last_is_followed_by_the_first() {
        Order order = Order.USUAL;
        for (int i = 0; i < Order.By.values().length; i++) {
            order = order.moved(1);
        }
        assertEquals(Order.USUAL, order);
        assertEquals(Order.By.UPTIME, Order.USUAL.moved(-1).by());
    }

    @Test
    void the_filter_is_typed_kept_and_removed() {
        Pictures.types(model, "/workq");
        assertEquals(List.of(), names());
        model.key(Key.BACKSPACE, "");
        assertEquals(List.of("worker"), names());
        model.key(Key.ENTER, "");
        assertEquals("work", model.filter());
        Pictures.types(model, "/");
        model.key(Key.ESCAPE, "");
        assertEquals(List.of("web", "worker"), names());
    }

    @Test
    void stop_asks_first() {
        Pictures.types(model, "s");
        assertEquals(TopModel.Mode.CONFIRM, model.mode());
        assertEquals(Optional.empty(), model.key(Key.CHARACTER, "n"));
        assertEquals(TopModel.Mode.TABLE, model.mode());
        Pictures.types(model, "s");
        assertEquals(
                new Effect.Command(List.of("stop", "id:0")),
                model.key(Key.CHARACTER, "y").orElseThrow());
    }

    @Test
    void a_question_is_taken_back_when_its_process_is_gone() {
        Pictures.types(model, "s");
        model.look(Pictures.look(WORKER));
        assertEquals(TopModel.Mode.TABLE, model.mode());
        assertEquals(Optional.empty(), model.key(Key.CHARACTER, "y"));
    }

    @Test
    void restart_is_for_the_chosen_one() {
        model.key(Key.DOWN, "");
        assertEquals(
                new Effect.Command(List.of("restart", "id:1")),
                model.key(Key.CHARACTER, "r").orElseThrow());
    }

    @Test
    void there_are_three_ways_out() {
        assertInstanceOf(Effect.Quit.class, model.key(Key.CHARACTER, "q").orElseThrow());
        assertInstanceOf(Effect.Quit.class, model.key(Key.ESCAPE, "").orElseThrow());
        Pictures.types(model, "/");
        assertInstanceOf(Effect.Quit.class, model.key(Key.INTERRUPT, "").orElseThrow());
    }

    @Test
    void keys_do_nothing_where_there_is_no_process() {
        TopModel empty = Pictures.model(Pictures.look());
        for (Key key : Key.values()) {
            if (key != Key.ESCAPE && key != Key.INTERRUPT && key != Key.REDRAW) {
                for (String text : List.of("s", "y", "r", "l", "j", "k", "G")) {
                    assertEquals(Optional.empty(), empty.key(key, text), key + " " + text);
                }
            }
        }
    }

    @Test
    void that_the_daemon_is_gone_is_told_until_it_is_back() {
        model.lost("gone");
        assertEquals("gone", model.message().orElseThrow().text());
        model.look(Pictures.look(WEB));
        assertEquals(Optional.empty(), model.message());
    }

    @Test
    void a_message_goes_after_a_while() {
        model.tell("done", false);
        for (int i = 0; i < 10; i++) {
            model.look(Pictures.look(WEB));
        }
        assertEquals(Optional.empty(), model.message());
    }

    @Test
    void the_log_of_another_process_is_not_shown() {
        model.logs(101, List.of(new LogText(Pictures.NOON, false, "of worker")));
        assertEquals(List.of(), model.logs());
        model.key(Key.DOWN, "");
        assertEquals(1, model.logs().size());
    }

    @Test
    void the_history_is_bounded_and_forgets_who_is_gone() {
        for (int i = 0; i < 500; i++) {
            model.look(Pictures.look(Pictures.row(0, "web", "online", i, i)));
        }
        assertEquals(60, model.history().cpu(100, 1000).size());
        assertEquals(List.of(498.0, 499.0), model.history().cpu(100, 2));
        assertEquals(List.of(), model.history().cpu(101, 10));
        model.look(Pictures.look(Pictures.row(0, "web", "stopped", 0, 0)));
        assertEquals(Arrays.asList(499.0, null), model.history().cpu(100, 2));
    }

    @Test
    void a_look_is_read_from_the_daemons_line() throws Exception {
        Look look = Look.parse("""
                {"number":3,"at":"2026-01-02T12:00:00.123Z","processes":[{"key":7,"id":0,"name":"web","namespace":"default",\
                "status":"online","pid":42,"port":"8000≠3000","restarts":2,"cpuPercent":1.25,"memoryBytes":1048576,\
                "uptimeMs":61000,"later":[1,{"x":null}]},{"key":8,"id":1,"name":"x","status":"stopped","pid":null,\
                "port":"-","restarts":0,"cpuPercent":null,"memoryBytes":null,"uptimeMs":null}]}
                """.getBytes(StandardCharsets.UTF_8));
        assertEquals(2, look.rows().size());
        ProcessRow web = look.rows().getFirst();
        assertEquals("8000≠3000", web.port());
        assertEquals(1.25, web.cpuPercent());
        assertEquals(61, web.uptime() == null ? 0 : web.uptime().toSeconds());
        assertTrue(look.rows().getLast().atRest());
    }
}
