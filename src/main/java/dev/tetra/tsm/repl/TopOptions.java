package dev.tetra.tsm.repl;

import dev.tetra.tsm.repl.top.Order;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The options of {@code tsm top}. The daemon has found the words right already, so that only their forms need be known
 * here.
 */
record TopOptions(Order order, boolean all, String filter, String namespace, boolean once) {
    private static final Set<String> VALUED = Set.of("--sort", "--filter", "-n", "--namespace");

    static TopOptions of(List<String> words) {
        Deque<String> left = new ArrayDeque<>(words);
        Order order = Order.USUAL;
        boolean all = false;
        boolean once = false;
        String filter = "";
        String namespace = "";
        while (!left.isEmpty()) {
            String word = left.removeFirst();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (word.startsWith("-n") && word.length() > 2 && equals < 0) {
                // -nshop, as short options may be written
                namespace = word.substring(2);
                continue;
            }
            boolean takesValue = VALUED.contains(name);
            String value = equals >= 0 ? word.substring(equals + 1) : takesValue ? left.removeFirst() : "";
            switch (name) {
                case "--sort" -> order = Order.parse(value);
                case "--filter" -> filter = value;
                case "-n", "--namespace" -> namespace = value;
                case "-a", "--all" -> all = true;
                case "--once" -> once = true;
                default ->
                    throw new IllegalArgumentException("an option that the daemon takes is unknown here: " + word);
            }
        }
        return new TopOptions(order, all, filter, namespace, once);
    }
}
