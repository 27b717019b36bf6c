package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.spec.CommandWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reference} and {@code docs/man} are what the commands declare. After a change they are written anew by
 * {@value #WRITE}.
 */
class ReferenceTest {
    private static final String WRITE = "mvn test -Dtest=ReferenceTest -Dtsm.write-reference";
    private static final Path DOCS = Path.of("docs").toAbsolutePath();

    private final Map<String, String> files = new Reference().files();

    private static Map<String, String> present() throws IOException {
        Map<String, String> present = new TreeMap<>();
        for (String folder : List.of("reference", "man")) {
            Path path = Files.createDirectories(DOCS.resolve(folder));
            try (Stream<Path> all = Files.list(path)) {
                for (Path file : all.toList()) {
                    present.put(folder + "/" + file.getFileName(), Files.readString(file));
                }
            }
        }
        return present;
    }

    @Test
    void the_reference_is_what_the_commands_declare() throws IOException {
        Map<String, String> present = present();
        if (System.getProperty("tsm.write-reference") != null) {
            for (String gone : present.keySet()) {
                if (!files.containsKey(gone)) {
                    Files.delete(DOCS.resolve(gone));
                }
            }
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(DOCS.resolve(file.getKey()), file.getValue());
            }
            present = present();
        }
        Set<String> stale = new TreeSet<>();
        for (String name : files.keySet()) {
            if (!files.get(name).equals(present.get(name))) {
                stale.add(name);
            }
        }
        present.keySet().stream().filter(name -> !files.containsKey(name)).forEach(stale::add);
        assertEquals(Set.of(), stale, "these pages are stale; write them anew: " + WRITE);
    }

    @Test
    void every_command_is_in_one_group_and_each_group_has_real_ones() {
        List<String> grouped = HelpText.groups().values().stream()
                .flatMap(List::stream)
                .sorted()
                .toList();
        assertEquals(new Verbs().all().stream().map(Verbs.Listed::name).sorted().toList(), grouped);
    }

    @Test
    void the_first_line_about_a_command_fits_the_overview_and_is_a_sentence() {
        for (Verbs.Listed verb : new Verbs().all()) {
            assertTrue(
                    verb.description().length() <= 58 && verb.description().endsWith("."),
                    verb.name() + ": " + verb.description());
        }
    }

    @Test
    void every_command_has_examples_and_each_would_be_understood() {
        Verbs verbs = new Verbs();
        new Reference().pages().forEach((name, page) -> {
            assertFalse(page.examples().isEmpty(), name);
            boolean own = false;
            for (String example : page.examples()) {
                assertTrue(example.length() <= 76, "too long: " + example);
                for (List<String> words : commands(example.replaceFirst(" +# .*", ""))) {
                    Verbs.Found found = verbs.find(words).orElseThrow(() -> new AssertionError(example));
                    Verbs.commandLine(found.verb(), found.name())
                            .parseArgs(
                                    words.subList(found.words(), words.size()).toArray(String[]::new));
                    own |= found.name().startsWith(name) || name.startsWith(found.name());
                }
            }
            assertTrue(own, "no example calls tsm " + name);
        });
    }

    /** The words of each call of tsm in a line for a shell. */
    private static List<List<String>> commands(String line) {
        List<List<String>> all = new ArrayList<>();
        List<String> current = new ArrayList<>();
        for (String word : CommandWords.split(line.replaceAll("^eval \"\\$\\((.*)\\)\"$", "$1"))) {
            if (word.equals("&&") || word.matches("[|<>].*")) {
                all.add(current);
                current = new ArrayList<>();
            } else if (!current.isEmpty() || !word.matches("[A-Z]+=.*")) {
                current.add(word);
            }
        }
        all.add(current);
        return all.stream()
                .filter(words -> !words.isEmpty() && words.getFirst().equals("tsm"))
                .map(words -> words.subList(1, words.size()))
                .toList();
    }

    @Test
    void help_fits_a_terminal_of_80_columns() {
        for (Map.Entry<String, String> help : helps().entrySet()) {
            assertEquals(
                    List.of(),
                    help.getValue().lines().filter(line -> line.length() > 80).toList(),
                    help.getKey());
        }
    }

    private static Map<String, String> helps() {
        Map<String, String> helps = new TreeMap<>();
        new Verbs()
                .lines()
                .forEach(line ->
                        helps.put(line.getCommandName(), line.getUsageMessage(picocli.CommandLine.Help.Ansi.OFF)));
        return helps;
    }

    @Test
    void man_has_nothing_to_say_against_the_pages() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "no groff here");
        List<String> command = new ArrayList<>(List.of("/usr/bin/groff", "-man", "-Tutf8", "-ww", "-z"));
        Path folder = Files.createTempDirectory("man");
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                if (file.getKey().startsWith("man/")) {
                    command.add(Files.writeString(folder.resolve(file.getKey().substring(4)), file.getValue())
                            .toString());
                }
            }
            Process groff =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said;
            try (var out = groff.inputReader()) {
                said = out.lines().collect(Collectors.joining("\n"));
            }
            assertEquals(0, groff.waitFor());
            assertEquals("", said);
        } finally {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
