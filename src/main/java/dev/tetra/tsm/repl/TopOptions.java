package dev.tetra.tsm.repl;

import dev.tetra.tsm.repl.top.Order;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The options of {@code tsm top}. The daemon has found the words right already, so that only their forms need be known
 * here.
 */
record TopOptions(Order order, boolean all, String filter, boolean once) {
    static TopOptions of(List<String> words) {
        Deque<String> left = new ArrayDeque<>(words);
        Order order = Order.USUAL;
        boolean all = false;
        boolean once = false;
        String filter = "";
        while (!left.isEmpty()) {
            String word = left.removeFirst();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            boolean takesValue = name.equals("--sort") || name.equals("--filter");
            String value = equals >= 0 ? word.substring(equals + 1) : takesValue ? left.removeFirst() : "";
            switch (name) {
                case "--sort" -> order = Order.parse(value);
                case "--filter" -> filter = value;
                case "-a", "--all" -> all = true;
                case "--once" -> once = true;
                default ->
                    throw new IllegalArgumentException("an option that the daemon takes is unknown here: " + word);
            }
        }
        return new TopOptions(order, all, filter, once);
    }
}
