package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.TsmException;
import java.util.List;
import java.util.Map;

/** The options of {@code tsm start} as fields of a service's definition: each option has one, by itself. */
public interface ServiceOptions {
    /**
     * A field and the option it stands for.
     *
     * @param name such as {@code SERVICE_KILL_TIMEOUT}
     * @param option such as {@code --kill-timeout}
     * @param flag whether its value is yes or no
     * @param repeatable whether its value is words, each for one use of the option
     * @param momentary whether it is about the start command alone, not about the process
     */
    record Field(String name, String option, boolean flag, boolean repeatable, boolean momentary, String description) {}

    /** A field for each option, in their order. */
    List<Field> fields();

    /**
     * What a user would have asked for by these words and options.
     *
     * @param fields the options' values by the names of their fields; others are left out
     * @param origin where the request comes from
     * @throws TsmException.Usage for a value that is wrong; its message begins with the option
     */
    StartRequest request(List<String> words, Map<String, String> fields, StartOrigin origin, Keeper keeper);
}
