package dev.tetra.tsm.command;

import dev.tetra.tsm.command.Completion.Candidate;
import dev.tetra.tsm.engine.PortUse;
import dev.tetra.tsm.model.ManagedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Model.ArgSpec;

/** What the value of an option or a parameter could be, as it is now. */
final class CompletionValues {
    static final List<Candidate> FILES = List.of(new Candidate("", "files"));
    private static final List<Candidate> FOLDERS = List.of(new Candidate("", "folders"));
    private static final Candidate PROGRAMS = new Candidate("", "programs");

    private final Context context;

    CompletionValues(Context context) {
        this.context = context;
    }

    /** The candidates for an argument, by what it takes; empty when nobody can know. */
    List<Candidate> of(ArgSpec argument, String current) {
        if (argument.completionCandidates() != null) {
            return words(StreamSupport.stream(argument.completionCandidates().spliterator(), false));
        }
        String label = argument.paramLabel();
        if (label.equals(label.toLowerCase(Locale.ROOT))) {
            // such as all|available: the words themselves
            return words(Stream.of(label.split("\\|")));
        }
        return switch (label) {
            case "TARGET" -> targets(current);
            case "SERVICE" -> services();
            case "PORT" -> ports();
            case "NAMESPACE" ->
                words(processes().stream()
                        .map(process -> process.spec().namespace())
                        .distinct());
            case "ENV" -> environments();
            case "COMMAND" -> commands(argument);
            case "SETTING" ->
                context.engine().configuration().all().stream()
                        .map(setting -> new Candidate(setting.name(), setting.meaning()))
                        .toList();
            case "RECIPE" ->
                context.engine().queries().recipes().all().stream()
                        .map(recipe -> new Candidate(recipe.name(), recipe.question()))
                        .toList();
            case "ZONE" -> words(ZoneId.getAvailableZoneIds().stream().sorted());
            case "FILE" -> FILES;
            case "FOLDER" -> FOLDERS;
            default -> List.of();
        };
    }

    private static List<Candidate> words(Stream<String> words) {
        return words.map(word -> new Candidate(word, "")).toList();
    }

    private List<ManagedProcess> processes() {
        return context.engine().targets().find(List.of("all"), null);
    }

    private List<Candidate> targets(String current) {
        List<Candidate> all = new ArrayList<>();
        boolean prefixed = current.contains(":");
        List<ManagedProcess> processes = processes();
        for (ManagedProcess process : processes) {
            all.add(new Candidate((prefixed ? "name:" : "") + process.name(), state(process)));
        }
        for (ManagedProcess process : processes) {
            all.add(new Candidate((prefixed ? "id:" : "") + process.id(), "ID of " + process.name()));
            if (process.port() != null) {
                all.add(new Candidate((prefixed ? "port:" : "") + process.port(), "port of " + process.name()));
            }
            if (prefixed && process.pid() != null) {
                all.add(new Candidate("pid:" + process.pid(), "pid of " + process.name()));
            }
        }
        if (!processes.isEmpty() && !prefixed) {
            all.add(new Candidate("all", "every process"));
        }
        return all;
    }

    private static String state(ManagedProcess process) {
        return "ID " + process.id() + ", " + process.status().word()
                + (process.port() == null ? "" : ", port " + process.port());
    }

    private List<Candidate> services() {
        return context.engine().services().book().all(context.caller()::environment).services().stream()
                .map(service -> new Candidate(service.name(), "service"))
                .toList();
    }

    private List<Candidate> ports() {
        return context.engine().ports().stream()
                .map(PortUse::port)
                .distinct()
                .map(port -> new Candidate("" + port, "port"))
                .toList();
    }

    /** The first word of a command. One that starts it also takes a service, or a process at rest. */
    private List<Candidate> commands(ArgSpec argument) {
        List<Candidate> all = new ArrayList<>();
        if (argument.command().userObject().getClass() == StartVerb.class) {
            all.addAll(services());
            processes().stream()
                    .filter(process -> process.status().settled())
                    .forEach(process -> all.add(new Candidate(process.name(), state(process))));
        }
        all.add(PROGRAMS);
        all.addAll(FILES);
        return all;
    }

    /** The names that {@code --env} finds below the caller's folder; paths are left to the shell. */
    private List<Candidate> environments() {
        TreeSet<String> names = new TreeSet<>();
        Path folder = Path.of(context.caller().cwd()).resolve("env");
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.env")) {
                files.forEach(file -> names.add(file.getFileName().toString().replaceFirst("\\.env$", "")));
            } catch (IOException | DirectoryIteratorException | UncheckedIOException unreadable) {
                // completion then knows no names
            }
        }
        names.add("auto");
        return Stream.concat(words(names.stream()).stream(), FILES.stream()).toList();
    }
}
