package dev.tetra.tsm.model;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the rows of a result go, one after another, so that no more than one need be in memory. */
public interface RowSink {
    /** Comes first. */
    void columns(List<ResultColumn> columns) throws IOException;

    /**
     * A row. A value is null, a String, a Boolean, a Long, Integer, Double or BigDecimal, an Instant, or a List of those.
     */
    void row(List<? extends @Nullable Object> values) throws IOException;

    /** Comes last. */
    void end() throws IOException;
}
