package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tsm sql} and {@code tsm config}, as they are typed. */
class SqlVerbTest {
    @TempDir
    Path folder;

    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private Desk.Told sql(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "sql";
        System.arraycopy(words, 0, all, 1, words.length);
        return desk.tell(all);
    }

    private void failed(int code, String part, String... words) {
        Desk.Told told = sql(words);
        assertEquals(code, told.code(), told.err());
        assertTrue(told.err().contains(part), told.err());
        assertEquals("", told.out());
    }

    @Test
    void a_result_is_a_table_with_nulls_that_are_seen() {
        Desk.Told told =
                sql("SELECT 1 AS n, NULL AS nothing, '' AS empty, 'a' AS text UNION ALL SELECT 20, 'x', 'y', 'b'");
        assertEquals(0, told.code(), told.err());
        assertEquals(" n  nothing  empty  text\n 1  NULL            a\n20  x        y      b\n", told.out());
    }

    @Test
    void json_has_the_types_of_the_columns() {
        Desk.Told told = sql(
                "--json",
                "SELECT 1 AS n, 1.50 AS d, TRUE AS b, NULL AS x, ARRAY[1, 2] AS a, 'ü\"' AS t,"
                        + " TIMESTAMP WITH TIME ZONE '2026-01-02 03:04:05+01' AS at, 2 AS n");
        assertEquals(
                "[\n  {\"n\":1,\"d\":1.50,\"b\":true,\"x\":null,\"a\":[1,2],\"t\":\"ü\\\"\","
                        + "\"at\":\"2026-01-02T02:04:05.000Z\",\"n_2\":2}\n]\n",
                told.out());
        assertEquals("[]\n", sql("--json", "SELECT 1 WHERE FALSE").out());
        assertEquals(
                "[\n[\n  {\"a\":1}\n],\n[]\n]\n",
                sql("--json", "SELECT 1 a; SELECT 1 WHERE FALSE").out());
    }

    @Test
    void csv_is_that_of_rfc_4180() {
        Desk.Told told =
                sql("--csv", "SELECT 'a,b' AS x, 'say \"hi\"' AS \"Yes\", U&'two\\000alines' AS z, NULL AS n, '' AS e");
        assertEquals("x,Yes,z,n,e\r\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,\"\"\r\n", told.out());
    }

    @Test
    void a_table_of_several_pages_has_its_headers_once() {
        Desk.Told told = sql("SELECT x FROM SYSTEM_RANGE(1, 2500)");
        assertEquals(2501, told.out().lines().count());
        assertEquals(
                1, told.out().lines().filter(line -> line.strip().equals("x")).count());
        assertTrue(told.out().endsWith("2500\n"), "the last row");
    }

    @Test
    void several_statements_come_from_a_file_in_the_callers_folder() throws IOException {
        Files.writeString(
                folder.resolve("work/look.sql"), "-- two\nSELECT 1 AS a;\n/* and ; */ SELECT @what AS b;\n-- end\n");
        assertEquals(
                "a\n1\n\nb\nx=y\n", sql("-f", "look.sql", "--set", "what=x=y").out());
        failed(1, "there is no such file", "-f", "none.sql");
        failed(1, "it is no file", "-f", ".");
    }

    @Test
    void an_error_in_the_second_statement_says_so_before_anything_is_printed() {
        failed(2, "(line 2, column 15)", "SELECT 1;\nSELECT * FROM nothing");
        failed(1, "Division by zero", "SELECT 1; SELECT 1 / 0");
    }

    @Test
    void an_error_names_what_was_meant() {
        failed(2, "did you mean processes?", "SELECT * FROM proceses");
        failed(2, "did you mean status?", "SELECT statsu FROM processes");
        failed(2, "line 1, column 8", "SELECT ,");
        failed(1, "can do nothing else", "DELETE FROM processes");
        failed(1, "can do nothing else", "SELECT * FROM tsm.process_env");
        failed(
                5,
                "took longer",
                "--timeout",
                "1s",
                "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 100000) b");
        failed(3, "did you mean ports-held?", "--recipe", "port-held");
    }

    @Test
    void wrong_use_is_told() {
        failed(2, "takes one of", "SELECT 1", "--url");
        assertEquals(2, sql("SELECT 1", "--json", "--csv").code());
        failed(2, "not NAME=VALUE", "SELECT 1", "--set", "1x=2");
        failed(2, "there is no SQL", "/* nothing */");
    }

    @Test
    void a_terminal_is_never_told_to_do_something() {
        assertFalse(sql("SELECT CHAR(27) || '[2J' AS \"a\u001b[0m\"").out().contains("\u001b"), "escaped");
    }

    @Test
    void settings_are_listed_set_checked_and_taken_back() {
        assertTrue(
                desk.tell("config").out().contains("keep-events    90d"),
                desk.tell("config").out());
        assertEquals("1d12h\n", desk.tell("config", "set", "keep-events", "36h").out());
        assertEquals("1d12h\n", desk.tell("config", "get", "keep-events").out());
        assertTrue(desk.tell("config", "list").out().contains("keep-events *"));
        assertEquals("90d\n", desk.tell("config", "unset", "keep-events").out());
        assertEquals(2, desk.tell("config", "set", "keep-runs", "soon").code());
        assertEquals(2, desk.tell("config", "set", "keep-runs", "5m").code());
        assertEquals(2, desk.tell("config", "set", "keep-rows", "12").code());
        assertEquals(2, desk.tell("config", "set", "port-range", "9-1").code());
        Desk.Told unknown = desk.tell("config", "get", "keep-event");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("did you mean keep-events?"), unknown.err());
        assertEquals(2, desk.tell("config", "put").code());
        desk.tell("config", "set", "port-range", "9000-9010");
        assertEquals("9000 9010\n", desk.tell("ports", "range").out());
    }

    @Test
    void what_is_set_is_written_down() {
        desk.tell("config", "set", "keep-commands", "30d");
        assertEquals(
                "message\nkeep-commands set to 30d by anna\n",
                sql("SELECT message FROM events WHERE kind = 'config'").out());
        assertEquals(
                "words\nconfig set keep-commands 30d\n",
                sql("SELECT words FROM commands").out());
    }
}
