package dev.tetra.tsm.engine;

import dev.tetra.tsm.store.Store;
import java.util.function.BooleanSupplier;

/** What may be shown of what an older tsm has written, by the rules of this one. */
public final class Masks {
    private final Store store;
    private final ServiceRules rules;

    Masks(Store store, ServiceRules rules) {
        this.store = store;
        this.rules = rules;
    }

    /** Notes it wherever that was not done by these rules, in short transactions, until it is to stop. */
    public void bringUp(BooleanSupplier stops) {
        store.run(tx -> tx.oldRows().follow(rules::shown));
        while (!stops.getAsBoolean() && store.call(tx -> tx.oldRows().mask()) > 0) {
            // until nothing is left to look at
        }
    }
}
