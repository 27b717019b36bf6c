package dev.tetra.tsm.command.render;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Escapes in JSON text what a terminal would take as an order, besides what JSON itself wants. */
final class JsonEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    private final int[] ascii = standardAsciiEscapesForJSON();

    JsonEscapes() {
        ascii[0x7f] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
        boolean escaped = (c >= 0x80 && c <= 0x9f) || Visible.hides(c);
        return escaped ? new SerializedString(String.format(Locale.ROOT, "\\u%04x", c)) : null;
    }

    /** The text with U+FFFD for each lone surrogate, which UTF-8 cannot hold. */
    static String wellFormed(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c >= 0xd800 && c <= 0xdfff) {
                changed = changed == null ? new StringBuilder(text) : changed;
                changed.setCharAt(i, '\ufffd');
            }
            i += Character.charCount(c);
        }
        return changed == null ? text : changed.toString();
    }
}
