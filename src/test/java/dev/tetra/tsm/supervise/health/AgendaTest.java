package dev.tetra.tsm.supervise.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is to be done when; the time is given, near the end of what a long holds, as it may be. */
class AgendaTest {
    private static final long NOW = Long.MAX_VALUE - seconds(3);

    private final Agenda agenda = new Agenda();
    private final List<String> done = new ArrayList<>();

    private static long seconds(double seconds) {
        return (long) (seconds * Duration.ofSeconds(1).toNanos());
    }

    private void exact(double seconds, String name) {
        agenda.add(NOW, seconds(seconds), () -> done.add(name));
    }

    private Agenda.Item sociable(double seconds, String target, String name) {
        return agenda.addSociable(NOW, seconds(seconds), target, () -> done.add(name));
    }

    private List<String> after(double seconds) {
        done.clear();
        agenda.take(NOW + seconds(seconds)).forEach(item -> item.task().run());
        return List.copyOf(done);
    }

    @Test
    void what_is_due_is_done_in_order_and_nothing_before_its_time() {
        exact(2, "second");
        exact(1, "first");
        exact(3, "third");
        exact(3, "fourth");

        assertEquals(List.of(), after(0.9));
        assertEquals(List.of("first"), after(1));
        assertEquals(OptionalLong.of(NOW + seconds(2)), agenda.next());
        assertEquals(List.of("second", "third", "fourth"), after(5));
        assertEquals(OptionalLong.empty(), agenda.next());
    }

    @Test
    void what_may_be_early_waits_for_company_and_comes_with_it_by_a_tenth_of_its_delay_at_most() {
        sociable(5, "a", "in 5 s");
        sociable(5.4, "b", "in 5.4 s");
        sociable(5.6, "c", "in 5.6 s");

        assertEquals(List.of(), after(4.95));
        assertEquals(List.of("in 5 s", "in 5.4 s"), after(5));
        assertEquals(List.of(), after(5.5));
        assertEquals(List.of("in 5.6 s"), after(5.6));
    }

    @Test
    void what_must_not_be_early_is_company_but_has_none() {
        exact(5, "a deadline");
        exact(5.1, "another");
        sociable(5.2, "a", "a look");

        assertEquals(List.of("a deadline", "a look"), after(5));
        assertEquals(List.of("another"), after(5.1));
    }

    @Test
    void nothing_is_more_than_a_second_early() {
        exact(100, "now");
        sociable(100.9, "a", "within a second");
        sociable(101.1, "b", "later");

        assertEquals(List.of("now", "within a second"), after(100));
    }

    @Test
    void two_that_ask_the_same_server_are_not_asked_together() {
        sociable(5, "a", "a");
        sociable(5.1, "a", "a again");
        sociable(5.2, "b", "b");
        sociable(5.3, "b", "b again");

        assertEquals(List.of("a", "b"), after(5));
        assertEquals(List.of("a again", "b again"), after(5.1));
    }

    @Test
    void a_crowd_is_not_taken_at_once() {
        for (int i = 0; i < 3 * Agenda.COMPANY; i++) {
            sociable(5 + i / 1000.0, "server " + i, "look " + i);
        }

        assertEquals(1 + Agenda.COMPANY, after(5).size());
        assertEquals(OptionalLong.of(NOW + seconds(5 + (1 + Agenda.COMPANY) / 1000.0)), agenda.next());
    }

    @Test
    void what_was_taken_out_is_not_done() {
        Agenda.Item item = sociable(5, "a", "a");
        exact(5, "b");

        assertTrue(agenda.isFirst(item));
        agenda.remove(item);
        assertFalse(agenda.isFirst(item));
        assertEquals(List.of("b"), after(5));
    }
}
