package dev.tetra.tsm.store;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStore.TxCounter;

/**
 * The count of statements under way that H2 keeps for a file. H2 2.4 counts the end of a transaction twice when it fails to
 * take it back, as on a full disk, and whoever begins a statement then tries to count it for ever, on a whole core
 * ({@code MVStore.registerVersionUsage}), unless somebody else writes a version of the file, which nobody can any more.
 */
final class StatementCounts {
    private static final VarHandle CURRENT;
    private static final MethodHandle NEW;

    static {
        try {
            MethodHandles.Lookup file = MethodHandles.privateLookupIn(MVStore.class, MethodHandles.lookup());
            MethodHandles.Lookup counter = MethodHandles.privateLookupIn(TxCounter.class, MethodHandles.lookup());
            CURRENT = file.findVarHandle(MVStore.class, "currentTxCounter", TxCounter.class);
            NEW = counter.findConstructor(TxCounter.class, MethodType.methodType(void.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private StatementCounts() {}

    /**
     * Lets go of those who count for ever, so that they find the file closed. For a file that is given up alone: who was
     * counted rightly takes himself off a count that nobody looks at any more.
     */
    static void mend(MVStore file) {
        // Whatever the count is: while somebody tries in vain, it is wrong only every other moment.
        TxCounter current = (TxCounter) CURRENT.getVolatile(file);
        try {
            CURRENT.compareAndSet(file, current, (TxCounter) NEW.invokeExact(current.version));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("H2's own class cannot be made", e);
        }
    }
}
