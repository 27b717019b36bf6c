package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ProcessSpec;
import java.util.Optional;

/** Which file the interpreter of a command opens, where its words leave no doubt. */
public final class ScriptFile {
    private ScriptFile() {}

    /**
     * The script as it was typed. Empty where another file may be meant: behind options, which may change the folder or take
     * the word for themselves, behind a wrapper, for a name to which the interpreter may add an ending, and for an address.
     */
    public static Optional<String> of(ProcessSpec spec) {
        String script = spec.script();
        if (script == null || spec.interpreter() == null || script.contains("://")) {
            return Optional.empty();
        }
        int at = spec.argv().indexOf(script);
        boolean jar = at == 2 && spec.argv().get(1).equals("-jar");
        boolean first = at == 1 && Kinds.isScriptName(script);
        return jar || first ? Optional.of(script) : Optional.empty();
    }
}
