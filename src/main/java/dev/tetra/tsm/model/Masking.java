package dev.tetra.tsm.model;

/** What of a text may be shown to whoever may not see secrets. */
public interface Masking {
    /** Shows nothing. */
    Masking EVERYTHING = new Masking() {
        @Override
        public String rules() {
            return "everything";
        }

        @Override
        public String command(String command) {
            return MASK;
        }

        @Override
        public String line(String line) {
            return MASK;
        }

        @Override
        public String value(String name, String value) {
            return MASK;
        }

        @Override
        public String text(String text) {
            return text;
        }
    };

    /** What stands in a secret's place. */
    String MASK = "********";

    /** By which rules it is decided: others when they have changed. */
    String rules();

    /** A command as it was typed. */
    String command(String command);

    /** A line for a shell, or a URL, as it stands. */
    String line(String line);

    /** The value of a variable. */
    String value(String name, String value);

    /** A sentence of tsm's own that may quote something. */
    String text(String text);
}
