package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.TsmException;

/** Masks what {@link Secrets} takes for a secret. */
public final class SecretMasking implements Masking {
    @Override
    public String rules() {
        return Secrets.RULES;
    }

    @Override
    public String command(String command) {
        try {
            return Secrets.maskCommand(command);
        } catch (TsmException e) {
            // no line of words: what cannot be read cannot be known to hold no secret
            return MASK;
        }
    }

    @Override
    public String line(String line) {
        return Secrets.maskLine(line);
    }

    @Override
    public String value(String name, String value) {
        return Secrets.shown(name, value);
    }

    @Override
    public String text(String text) {
        return Secrets.maskLine(text);
    }
}
