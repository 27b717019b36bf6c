package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Naming;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.spec.ServiceFile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the fields of a definition are, which values are right, and what they ask for. */
public final class ServiceRules {
    private static final List<String> OWN =
            List.of(ServiceFile.COMMAND, ServiceFile.DIR, ServiceFile.TYPE, ServiceFile.DESCRIPTION);
    private static final List<String> ANY = List.of("true");

    private final ServiceOptions options;
    private final Keeper keeper;

    ServiceRules(ServiceOptions options, Keeper keeper) {
        this.options = options;
        this.keeper = keeper;
    }

    /** The names of all fields: the service's own, then one for each option of {@code tsm start}. */
    public List<String> names() {
        return Stream.concat(
                        Stream.of(ServiceFile.NAME),
                        Stream.concat(OWN.stream(), options.fields().stream().map(ServiceOptions.Field::name)))
                .distinct()
                .toList();
    }

    /**
     * The fields of a file, checked. Those without a value are left out, and so is the name.
     *
     * @param name the service's name, which the file may repeat
     * @throws TsmException.Failed for a field that does not exist or a value that is wrong, with file and line
     */
    Map<String, String> check(String name, String file, List<ServiceFile.Assignment> assignments) {
        Map<String, String> fields = new TreeMap<>();
        Map<String, Integer> lines = new HashMap<>();
        for (ServiceFile.Assignment assignment : assignments) {
            try {
                check(name, assignment.name(), assignment.value());
            } catch (TsmException e) {
                throw ServiceFile.wrong(file, assignment.line(), e.getMessage(), e.hint());
            }
            if (!assignment.value().isEmpty() && !assignment.name().equals(ServiceFile.NAME)) {
                fields.put(assignment.name(), assignment.value());
                lines.put(assignment.name(), assignment.line());
            }
        }
        Wrong wrong = wrong(name, fields);
        if (wrong != null) {
            TsmException.Usage told = wrong.told();
            throw wrong.field() == null
                    ? new TsmException.Failed(file + ": " + told.getMessage(), told.hint())
                    : ServiceFile.wrong(file, lines.getOrDefault(wrong.field(), 1), told.getMessage(), told.hint());
        }
        return fields;
    }

    /**
     * Checks fields that a user gave by options.
     *
     * @throws TsmException.Usage for a value that is wrong
     */
    void check(String name, Map<String, String> fields) {
        fields.forEach((field, value) -> check(name, field, value));
        Wrong wrong = wrong(name, fields);
        if (wrong != null) {
            throw wrong.told();
        }
    }

    /**
     * What is wrong with fields.
     *
     * @param field whose value is wrong by itself; null when it is not one alone
     */
    private record Wrong(@Nullable String field, TsmException.Usage told) {}

    /** What is wrong with fields that are there and have the right form each; null for nothing. */
    private @Nullable Wrong wrong(String name, Map<String, String> fields) {
        if (!fields.containsKey(ServiceFile.COMMAND)) {
            return new Wrong(
                    null,
                    new TsmException.Usage(
                            ServiceFile.COMMAND + " is missing",
                            "say what to run: " + ServiceFile.COMMAND + "=\"python3 app.py\""));
        }
        try {
            request(name, fields, Map.of());
            return null;
        } catch (TsmException e) {
            return culprit(fields, e);
        }
    }

    /** Of all that is asked together: many an option is right only beside another. So one is blamed that is wrong alone. */
    private Wrong culprit(Map<String, String> fields, TsmException whole) {
        String message = whole.getMessage();
        for (ServiceOptions.Field option : options.fields()) {
            String value = fields.get(option.name());
            if (value != null && message.equals(failure(option.name(), value))) {
                String said = message.startsWith(option.option() + ":")
                        ? message.substring(option.option().length())
                        : ": " + message;
                return new Wrong(option.name(), new TsmException.Usage(option.name() + said, whole.hint()));
            }
        }
        return new Wrong(null, new TsmException.Usage(message, whole.hint()));
    }

    private @Nullable String failure(String field, String value) {
        try {
            options.request(ANY, Map.of(field, value), StartOrigin.command(Map.of()), keeper);
            return null;
        } catch (TsmException e) {
            return e.getMessage();
        }
    }

    private void check(String service, String field, String value) {
        if (!names().contains(field)) {
            throw new TsmException.Usage(
                    "there is no field " + field,
                    Nearest.to(field, names())
                                    .map(n -> "did you mean " + n + "?  ")
                                    .orElse("") + "docs/services.md lists the fields");
        }
        if (value.isEmpty()) {
            return;
        }
        switch (field) {
            case ServiceFile.NAME -> {
                if (!value.equals(service)) {
                    throw new TsmException.Usage(
                            "SERVICE_NAME is '" + value + "', but the service is " + service,
                            "call both the same, the file too, or leave SERVICE_NAME out");
                }
            }
            case ServiceFile.COMMAND -> CommandWords.split(value);
            case ServiceFile.TYPE -> type(value);
            case ServiceFile.DIR -> {
                if (!value.startsWith("/")) {
                    throw new TsmException.Usage(
                            "SERVICE_DIR: '" + value + "' is no absolute path", "begin it with / or ~/");
                }
            }
            case ServiceFile.DESCRIPTION -> {}
            default -> {
                // An option's: checked with all others.
            }
        }
    }

    private record Sort(
            @Nullable ProcessType type, @Nullable Kind kind) {}

    private static Sort type(@Nullable String value) {
        if (value == null) {
            return new Sort(null, null);
        }
        for (ProcessType type : ProcessType.values()) {
            if (type.word().equalsIgnoreCase(value)) {
                return new Sort(type, null);
            }
        }
        for (Kind kind : Kind.values()) {
            if (kind.word().equalsIgnoreCase(value)) {
                return new Sort(null, kind);
            }
        }
        List<String> all = Stream.concat(Arrays.stream(ProcessType.values()), Arrays.stream(Kind.values()))
                .map(Words::of)
                .toList();
        throw new TsmException.Usage(
                "SERVICE_TYPE: '" + value + "' is none of " + String.join(", ", all),
                Nearest.to(value, all).map(n -> "did you mean " + n + "?").orElse("leave it out to have tsm find it"));
    }

    /** What a start of a service asks for, with options that go over its own. */
    StartRequest request(String name, Map<String, String> fields, Map<String, String> over) {
        Map<String, String> all = new LinkedHashMap<>(fields);
        all.put(ServiceFile.NAME, name);
        for (ServiceOptions.Field field : options.fields()) {
            String value = over.get(field.name());
            if (value != null) {
                all.merge(field.name(), value, (own, more) -> field.repeatable() ? own + " " + more : more);
            }
        }
        Sort sort = type(fields.get(ServiceFile.TYPE));
        return options.request(
                words(fields.getOrDefault(ServiceFile.COMMAND, "")),
                all,
                new StartOrigin(name, sort.type(), sort.kind(), over),
                keeper);
    }

    /** What a process of no service was started by. */
    StartRequest request(String command, Map<String, String> options) {
        return this.options.request(words(command), options, StartOrigin.command(options), keeper);
    }

    /** The words that a command field means, or the line itself where that needs a shell. */
    private static List<String> words(String command) {
        return CommandWords.usesShellSyntax(command) ? List.of(command) : CommandWords.split(command);
    }

    /** The options among these that say how to run, not when the command returns. */
    Map<String, String> lasting(Map<String, String> given) {
        Map<String, String> lasting = new TreeMap<>(given);
        options.fields().stream().filter(ServiceOptions.Field::momentary).forEach(f -> lasting.remove(f.name()));
        return lasting;
    }

    /** What may be shown of a field. */
    public String shown(String field, String value) {
        if (field.equals(ServiceFile.COMMAND)) {
            return Secrets.maskCommand(value);
        }
        boolean repeatable = options.fields().stream()
                .anyMatch(f -> f.repeatable() && f.name().equals(field));
        if (repeatable) {
            return Secrets.maskWords(CommandWords.split(value)).stream()
                    .map(CommandWords::quote)
                    .collect(Collectors.joining(" "));
        }
        // A regular expression is no command.
        return field.endsWith("_LOG") ? value : Secrets.maskLine(value);
    }

    /** A service's fields as they may be shown, or as they are. */
    public Map<String, String> shown(Service service, boolean reveal) {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put(ServiceFile.NAME, service.name());
        for (String name : names()) {
            String value = service.fields().get(name);
            if (value != null) {
                shown.put(name, reveal ? value : shown(name, value));
            }
        }
        return shown;
    }

    static void checkName(String name) {
        if (!Naming.isValid(name)) {
            throw new TsmException.Usage(
                    "'" + name + "' can't be a service's name",
                    "a name has letters, digits, '.', '_' and '-', and is neither a number nor 'all'");
        }
    }
}
