package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static final View WEB =
            Views.of(0, "web-8000").port(8000).memory(3 << 20).view();
    private static final View WORKER = Views.of(1, "worker").memory(1 << 20).view();
    private static final View RESTING =
            Views.of(12, "old-web").status(Status.STOPPED).view();

    @Test
    void the_table_has_a_column_for_each_thing_and_cuts_nothing_off_a_terminal() {
        assertEquals("""
                ID  Name      Env  PID  Port  Type  Status   Restarts   CPU  Memory  Uptime
                 0  web-8000  -      -  8000  port  online          2  1.3%  3.0 MB   1m 2s
                12  old-web   -      -     -  pid   stopped         2     -       -       -
                """, ProcessTable.of(List.of(WEB, RESTING)).render(0, new Ansi(false)));
    }

    @Test
    void the_status_has_a_colour() {
        assertTrue(ProcessTable.of(List.of(WEB)).render(0, new Ansi(true)).contains("\u001b[32monline"));
    }

    @Test
    void a_server_that_listens_elsewhere_is_flagged() {
        assertEquals("8000", port(Views.of(0, "a").port(8000)));
        assertEquals("8000", port(Views.of(0, "a").port(8000).listens("tcp", 8000, 9229)));
        assertEquals("8000≠3000", port(Views.of(0, "a").port(8000).listens("tcp", 3000)));
        assertEquals("8000", port(Views.of(0, "a").port(8000).listens("udp", 3000)));
        assertEquals(
                "(3000,53/udp)",
                port(Views.of(0, "a").listens("tcp", 3000, 3000).listens("udp", 53)));
        assertEquals("-", port(Views.of(0, "a")));
    }

    @Test
    void the_environment_is_what_the_user_called_it() {
        assertTrue(row(Views.of(0, "a").env("dev", "/srv/env/dev.env")).contains(" dev "));
        assertTrue(row(Views.of(0, "a").env("auto", "/srv/env/local.env")).contains(" local "));
        assertTrue(row(Views.of(0, "a").env("auto", "/srv/.env")).contains(" .env "));
    }

    @Test
    void a_format_takes_fields_by_their_json_names() {
        assertEquals("0 web-8000 8000\n", new Format("{id} {name} {port}").line(WEB));
        assertEquals(
                "worker\t-\t{x} /home/logs/worker/err.log\n",
                new Format("{name}\\t{port}\\t\\{x} {logs.err}").line(WORKER));
        assertEquals(
                "3000,3001\n",
                new Format("{observedPorts}")
                        .line(Views.of(0, "a").listens("tcp", 3000, 3001).view()));
        assertEquals(
                "a\\x1b[2J\n",
                new Format("{name}").line(Views.of(0, "a\u001b[2J").view()));
    }

    @Test
    void an_unknown_field_names_the_nearest_one() {
        TsmException.Usage error = assertThrows(TsmException.Usage.class, () -> new Format("{nmae}"));
        assertEquals("--format: a process has no field 'nmae'", error.getMessage());
        assertTrue(error.hint().startsWith("did you mean name?"), error.hint());
        assertThrows(TsmException.Usage.class, () -> Order.by("-nmae"));
        assertThrows(TsmException.Usage.class, () -> Filters.parse(List.of("nmae=x")));
        assertThrows(TsmException.Usage.class, () -> new Format("{name"));
    }

    @Test
    void numbers_are_sorted_as_numbers_and_what_has_no_value_comes_last() {
        assertEquals(List.of("web-8000", "worker", "old-web"), sorted("id"));
        assertEquals(List.of("old-web", "worker", "web-8000"), sorted("-id"));
        assertEquals(List.of("worker", "web-8000", "old-web"), sorted("memoryBytes"));
        assertEquals(List.of("web-8000", "worker", "old-web"), sorted("-memoryBytes"));
        assertEquals(List.of("old-web", "web-8000", "worker"), sorted("name"));
        assertEquals(List.of("old-web", "worker", "web-8000"), sorted("-createdAt"));
    }

    @Test
    void filters_hold_all_together_but_of_one_field_any() {
        assertEquals(List.of("web-8000", "worker"), passing("status=online"));
        assertEquals(List.of("web-8000"), passing("status=online", "name=web*"));
        assertEquals(List.of("web-8000", "worker"), passing("name=web*", "name=worker"));
        assertEquals(List.of("old-web"), passing("status!=online"));
        assertEquals(List.of("worker"), passing("status=online", "port="));
        assertEquals(List.of(), passing("name=WEB*"));
        TsmException error = assertThrows(TsmException.Usage.class, () -> passing("online"));
        assertEquals("--filter: 'online' is no filter", error.getMessage());
    }

    @Test
    void a_filter_over_several_ports_needs_one_of_them() {
        View view = Views.of(0, "a").listens("tcp", 3000, 3001).view();
        assertTrue(Filters.parse(List.of("observedPorts=3001")).pass(view));
        assertFalse(Filters.parse(List.of("observedPorts=3002")).pass(view));
    }

    @Test
    void json_has_the_fields_that_programs_rely_on() {
        String json = new String(Json.array(List.of(WEB), ProcessJson::process), StandardCharsets.UTF_8);
        List<String> names = Pattern.compile("^ {4}\"([A-Za-z]+)\":", Pattern.MULTILINE)
                .matcher(json)
                .results()
                .map(found -> found.group(1))
                .toList();
        List<String> promised = List.of(
                ("id key name namespace kind type command argv cwd service envName envFile status wanted pid port"
                                + " observedPorts socket restarts unstableRestarts exitCode exitSignal exitReason"
                                + " script interpreter createdAt startedAt stoppedAt uptimeMs cpuPercent memoryBytes"
                                + " restartPolicy instances logs")
                        .split(" "));
        List<String> missing = new ArrayList<>(promised);
        missing.removeAll(names);
        assertEquals(List.of(), missing);
        assertTrue(json.contains("\"createdAt\": \"2026-01-02T03:04:05.000Z\""), json);
        assertTrue(json.contains("\"uptimeMs\": 62000"), json);
        assertTrue(json.contains("\"observedPorts\": []"), json);
    }

    @Test
    void secrets_in_a_command_are_masked_in_every_form() {
        View view = Views.of(0, "a").command("python x.py --token abc123").view();
        assertEquals(
                "python x.py --token '********' python x.py --token '********'\n",
                new Format("{command} {argv}").line(view));
    }

    private static String port(Views view) {
        return PortText.cell(view.view()).text();
    }

    private static String row(Views view) {
        return ProcessTable.of(List.of(view.view())).render(0, new Ansi(false));
    }

    private static List<String> sorted(String by) {
        return List.of(RESTING, WEB, WORKER).stream()
                .sorted(Order.by(by))
                .map(view -> view.process().name())
                .toList();
    }

    private static List<String> passing(String... filters) {
        Filters parsed = Filters.parse(List.of(filters));
        return List.of(WEB, WORKER, RESTING).stream()
                .filter(parsed::pass)
                .map(view -> view.process().name())
                .toList();
    }
}
