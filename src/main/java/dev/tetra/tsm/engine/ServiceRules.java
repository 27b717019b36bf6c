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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the fields of a definition are, which values are right, and what they ask for. */
public final class ServiceRules {
    private static final List<String> OWN =
            List.of(ServiceFile.COMMAND, ServiceFile.DIR, ServiceFile.TYPE, ServiceFile.DESCRIPTION);
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--?[a-z][a-z-]*+(?!\\w)");
    private static final String PORT = "SERVICE_PORT";
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
                throw ServiceFile.wrong(file, assignment.line(), inFields(e.getMessage()), inFields(e.hint()));
            }
            if (!assignment.value().isEmpty() && !assignment.name().equals(ServiceFile.NAME)) {
                fields.put(assignment.name(), assignment.value());
                lines.put(assignment.name(), assignment.line());
            }
        }
        TsmException wrong = wrong(name, fields);
        if (wrong != null) {
            throw told(file, fields, lines, wrong);
        }
        return fields;
    }

    /** What is wrong with fields together, in the words of a file, with the line of the last that is named. */
    private TsmException.Failed told(
            String file, Map<String, String> fields, Map<String, Integer> lines, TsmException wrong) {
        String message = inFields(wrong.getMessage());
        String culprit = culprit(fields, wrong);
        if (culprit != null && !message.contains(culprit)) {
            message = culprit + ": " + message;
        }
        int line = 0;
        for (Map.Entry<String, Integer> each : lines.entrySet()) {
            if (Pattern.compile("\\b" + each.getKey() + "\\b").matcher(message).find()) {
                line = Math.max(line, each.getValue());
            }
        }
        String hint = inFields(wrong.hint());
        return line == 0
                ? new TsmException.Failed(file + ": " + message, hint)
                : ServiceFile.wrong(file, line, message, hint);
    }

    /** A text about options in the words of fields: {@code SERVICE_PORT} for {@code --port}. */
    String inFields(String text) {
        String plain = text.replaceFirst("^Invalid value for option '(\\S+)'(?: \\([^)]*\\))?: ", "$1: ");
        Map<String, String> names = new HashMap<>();
        options.fields().forEach(field -> names.put(field.option(), field.name()));
        for (String own : OWN) {
            names.put("--" + own.substring("SERVICE_".length()).toLowerCase(Locale.ROOT), own);
        }
        return OPTION.matcher(plain)
                .replaceAll(m -> Matcher.quoteReplacement(names.getOrDefault(m.group(), m.group())));
    }

    /**
     * Checks fields that a user gave by options.
     *
     * @throws TsmException.Usage for a value that is wrong
     */
    void check(String name, Map<String, String> fields) {
        fields.forEach((field, value) -> check(name, field, value));
        TsmException wrong = wrong(name, fields);
        if (wrong != null) {
            throw wrong;
        }
    }

    /** What is wrong with fields that are there and have the right form each; null for nothing. */
    private @Nullable TsmException wrong(String name, Map<String, String> fields) {
        if (fields.getOrDefault(ServiceFile.COMMAND, "").isBlank()) {
            return new TsmException.Usage(
                    ServiceFile.COMMAND + " is missing",
                    "say what to run: " + ServiceFile.COMMAND + "=\"python3 app.py\"");
        }
        try {
            refusePort(request(name, fields, Map.of()));
            return null;
        } catch (TsmException e) {
            return e;
        }
    }

    /** A port for what is said to have none would be dropped in silence. */
    private static void refusePort(StartRequest request) {
        ProcessType type = request.origin().type();
        if (request.port() != null && type != null && type != ProcessType.PORT) {
            throw new TsmException.Usage(
                    "--type " + type.word() + " has no port, and --port says " + request.port(),
                    "leave one of them out");
        }
    }

    /** Many an option is right only beside another. So one is blamed that is wrong alone; null when there is none. */
    private @Nullable String culprit(Map<String, String> fields, TsmException whole) {
        return options.fields().stream()
                .map(ServiceOptions.Field::name)
                .filter(fields::containsKey)
                .filter(name -> whole.getMessage().equals(failure(name, fields.getOrDefault(name, ""))))
                .findFirst()
                .orElse(null);
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
        StartRequest request = options.request(
                words(fields.getOrDefault(ServiceFile.COMMAND, "")),
                all,
                new StartOrigin(name, sort.type(), sort.kind(), over),
                keeper);
        if (over.containsKey(PORT)) {
            refusePort(request);
        }
        return request;
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
