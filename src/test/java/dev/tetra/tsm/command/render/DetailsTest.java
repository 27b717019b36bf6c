package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DetailsTest {
    private static final Ansi PLAIN = new Ansi(false);

    @Test
    void values_stand_below_each_other() {
        Details details = new Details()
                .add("Name", "web")
                .add("Status", Cell.of("online", Style.GREEN))
                .add("Port", null)
                .addAll("Pids", List.of(10, 11))
                .addAll("Tags", List.of())
                .title("Runs")
                .add("Last", "x\ny");
        assertEquals("""
                Name:   web
                Status: online
                Port:   -
                Pids:   10
                        11
                Tags:   -

                Runs
                Last:   x\\ny
                """, details.render(PLAIN));
    }

    @Test
    void colours_do_not_move_the_values() {
        Details details = new Details().add("A", Cell.of("on", Style.GREEN)).add("Long", "x");
        assertEquals(
                "\u001b[2mA:\u001b[0m    \u001b[32mon\u001b[0m\n\u001b[2mLong:\u001b[0m x\n",
                details.render(new Ansi(true)));
    }
}
