package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Targets.NumberOrder;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private record Row(long key, int id, String name, String namespace, List<Integer> ports, List<Long> pids)
            implements Targets.Candidate {
        @Override
        public boolean hasPid(long pid) {
            return pids.contains(pid);
        }
    }

    private final List<Row> rows = List.of(
            new Row(10, 0, "devpages-http-8999", "default", List.of(8999), List.of(700L, 701L)),
            new Row(11, 1, "my-api-worker", "default", List.of(), List.of(4711L)),
            new Row(12, 2, "my-api-server-8000", "shop", List.of(8000, 1), List.of(8999L)),
            new Row(13, 5, "worker2", "shop", List.of(5000), List.of(2L)));

    private List<Integer> ids(String... words) {
        return ids(NumberOrder.ID_FIRST, null, words);
    }

    private List<Integer> ids(NumberOrder order, @Nullable String namespace, String... words) {
        return Targets.resolve(List.of(words), namespace, rows, order).stream()
                .map(Row::id)
                .toList();
    }

    @Test
    void names_ids_ports_and_pids_name_a_process() {
        assertEquals(List.of(1), ids("my-api-worker"));
        assertEquals(List.of(0), ids("0"));
        assertEquals(List.of(2), ids("8000"));
        assertEquals(List.of(0), ids("701"));
        assertEquals(List.of(0, 1, 2, 5), ids("all"));
    }

    @Test
    void a_number_means_id_then_port_then_pid() {
        assertEquals(List.of(1), ids("1"), "1 is also a port of another");
        assertEquals(List.of(0), ids("8999"), "8999 is also a pid of another");
        assertEquals(List.of(2), ids(NumberOrder.PORT_FIRST, null, "1"));
        assertEquals(List.of(0), ids(NumberOrder.PORT_FIRST, null, "0"));
    }

    @Test
    void a_number_is_never_a_part_of_a_name() {
        List<Row> two = List.of(
                new Row(1, 3, "web-1", "default", List.of(), List.of()),
                new Row(2, 4, "2-8000", "default", List.of(8000), List.of()));
        for (NumberOrder order : NumberOrder.values()) {
            TsmException none =
                    assertThrows(TsmException.NotFound.class, () -> Targets.resolve(List.of("1"), null, two, order));
            assertTrue(none.hint().contains("did you mean 'web-1'"), none.hint());
            assertThrows(TsmException.NotFound.class, () -> Targets.resolve(List.of("2"), null, two, order));
        }
        assertEquals(
                3,
                Targets.resolve(List.of("name:1"), null, two, NumberOrder.ID_FIRST)
                        .getFirst()
                        .id());
    }

    @Test
    void a_number_is_a_whole_name_only_when_it_is_no_id_port_or_pid() {
        List<Row> three = List.of(
                new Row(1, 0, "42", "default", List.of(), List.of()),
                new Row(2, 1, "0", "default", List.of(), List.of()),
                new Row(3, 2, "job-42", "default", List.of(), List.of()));
        assertEquals(
                List.of(0, 1),
                Targets.resolve(List.of("42", "0", "name:0"), null, three, NumberOrder.ID_FIRST).stream()
                        .map(Row::id)
                        .toList());
    }

    @Test
    void a_prefix_settles_it() {
        assertEquals(List.of(2), ids("port:1"));
        assertEquals(List.of(2), ids("pid:8999"));
        assertEquals(List.of(5), ids("pid:2"));
        assertEquals(List.of(2), ids("id:2"));
        assertEquals(List.of(5), ids("name:worker2"));
        assertThrows(TsmException.NotFound.class, () -> ids("id:7"));
        assertThrows(TsmException.Usage.class, () -> ids("port:http"));
    }

    @Test
    void a_short_name_is_one_or_more_whole_parts() {
        assertEquals(List.of(0), ids("devpages"));
        assertEquals(List.of(1), ids("worker"));
        assertEquals(List.of(1), ids("api-worker"));
        assertEquals(List.of(2), ids("server"));
        assertThrows(TsmException.NotFound.class, () -> ids("dev"));
    }

    @Test
    void two_fits_are_listed() {
        TsmException both = assertThrows(TsmException.Ambiguous.class, () -> ids("my-api"));
        assertTrue(both.getMessage().contains("my-api-worker (ID 1), my-api-server-8000 (ID 2)"), both.getMessage());
        assertEquals(2, both.exitCode());
        assertEquals(List.of(2), ids(NumberOrder.ID_FIRST, "shop", "my-api"));
    }

    @Test
    void several_are_taken_once_each_in_order() {
        assertEquals(List.of(5, 0, 1, 2), ids("worker2", "0", "5", "devpages", "all"));
    }

    @Test
    void a_namespace_alone_means_all_of_it() {
        assertEquals(List.of(2, 5), ids(NumberOrder.ID_FIRST, "shop"));
        assertThrows(TsmException.NotFound.class, () -> ids(NumberOrder.ID_FIRST, "shpo"));
        TsmException none = assertThrows(TsmException.NotFound.class, () -> ids(NumberOrder.ID_FIRST, "shpo", "all"));
        assertTrue(none.hint().contains("did you mean 'shop'"), none.hint());
        assertThrows(TsmException.Usage.class, () -> ids());
    }

    @Test
    void a_word_that_fits_only_elsewhere_is_told_with_both_namespaces() {
        TsmException none =
                assertThrows(TsmException.NotFound.class, () -> ids(NumberOrder.ID_FIRST, "5", "my-api-worker"));
        assertEquals("no process 'my-api-worker' in namespace '5'", none.getMessage());
        assertTrue(none.hint().contains("my-api-worker is in namespace 'default'"), none.hint());
        none = assertThrows(TsmException.NotFound.class, () -> ids(NumberOrder.ID_FIRST, "shop", "wroker2"));
        assertTrue(none.hint().contains("did you mean 'worker2'"), none.hint());
    }

    @Test
    void a_word_that_fits_nothing_names_the_nearest() {
        TsmException none = assertThrows(TsmException.NotFound.class, () -> ids("wroker"));
        assertTrue(none.hint().contains("did you mean 'my-api-worker'"), none.hint());
        assertTrue(assertThrows(TsmException.NotFound.class, () -> ids("wrker2"))
                .hint()
                .contains("'worker2'"));
        assertEquals(3, none.exitCode());
    }

    @Test
    void a_name_but_for_its_port_wins_over_parts_of_others() {
        List<Row> two = List.of(
                new Row(1, 0, "my-api-http-8001", "default", List.of(8001), List.of()),
                new Row(2, 1, "api-8000", "default", List.of(8000), List.of()));
        assertEquals(
                1,
                Targets.resolve(List.of("api"), null, two, NumberOrder.ID_FIRST)
                        .getFirst()
                        .id());
    }

    @Test
    void a_full_name_wins_over_parts_of_others() {
        List<Row> two = List.of(
                new Row(1, 0, "web-1", "default", List.of(), List.of()),
                new Row(2, 1, "web", "default", List.of(), List.of()));
        assertEquals(
                1,
                Targets.resolve(List.of("web"), null, two, NumberOrder.ID_FIRST)
                        .getFirst()
                        .id());
    }

    @Property
    void any_word_finds_something_or_says_why_not(@ForAll String word) {
        try {
            assertTrue(!ids(word).isEmpty());
        } catch (TsmException.NotFound | TsmException.Ambiguous | TsmException.Usage refused) {
            assertTrue(!refused.hint().isEmpty());
        }
    }
}
