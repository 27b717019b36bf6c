package dev.tetra.tsm.store;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Values of any query as plain ones. */
final class Values {
    private Values() {}

    /** H2 writes names that were not quoted in capitals; people write them in small letters. */
    static String label(String label) {
        return label.equals(label.toUpperCase(Locale.ROOT)) ? label.toLowerCase(Locale.ROOT) : label;
    }

    static boolean number(int type) {
        return switch (type) {
            case Types.TINYINT,
                    Types.SMALLINT,
                    Types.INTEGER,
                    Types.BIGINT,
                    Types.REAL,
                    Types.FLOAT,
                    Types.DOUBLE,
                    Types.DECIMAL,
                    Types.NUMERIC -> true;
            default -> false;
        };
    }

    static @Nullable Object read(ResultSet row, int column, int type) throws SQLException {
        return switch (type) {
            case Types.TIMESTAMP_WITH_TIMEZONE -> {
                OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
                yield at == null ? null : at.toInstant();
            }
            case Types.ARRAY -> {
                Array array = row.getArray(column);
                yield array == null ? null : list(array);
            }
            default -> {
                Object value = row.getObject(column);
                yield plain(value) ? value : row.getString(column);
            }
        };
    }

    private static boolean plain(@Nullable Object value) {
        return value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof BigDecimal
                || value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Double
                || value instanceof Float;
    }

    private static List<@Nullable Object> list(Array array) throws SQLException {
        List<@Nullable Object> items = new ArrayList<>();
        for (Object item : (Object[]) array.getArray()) {
            if (item instanceof OffsetDateTime at) {
                items.add(at.toInstant());
            } else if (item instanceof Array inner) {
                items.add(list(inner));
            } else {
                items.add(plain(item) ? item : String.valueOf(item));
            }
        }
        return items;
    }
}
