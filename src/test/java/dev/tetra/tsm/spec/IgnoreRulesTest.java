package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IgnoreRulesTest {
    private static final List<String> RULES = List.of(
            "*.log",
            "/only-here",
            "logs/",
            "doc/*.txt",
            "**/deep",
            "a/**/z",
            "out/**",
            "*.log\n!keep.log",
            "\\#hash",
            "\\!bang",
            "x?z",
            "[a-c]1",
            "[!a-c]2",
            "[^a-c]2",
            "trail ",
            "esc\\ ",
            "*.[oa]",
            "foo/bar/",
            "",
            "# comment",
            "**",
            "*",
            "/*\n!/doc",
            "a[",
            "[]]9",
            "b\\*c",
            "[a\\-c]3",
            "!",
            "/",
            "tmp*",
            "sub/**",
            "**/doc/**",
            "a**z",
            "*/deep",
            "doc/",
            "!keep.log\n*.log",
            "out/*\n!out/keep.log",
            "[[:digit:]]1");

    /** Those that end in a slash are folders. */
    private static final List<String> PATHS = List.of(
            "x.log",
            "sub/x.log",
            "only-here",
            "sub/only-here",
            "logs/",
            "sub/logs",
            "sub/more/logs/",
            "doc/a.txt",
            "doc/sub/a.txt",
            "sub/doc/a.txt",
            "deep",
            "s/t/deep",
            "a/z",
            "a/b/z",
            "a/b/c/z",
            "out/x",
            "out/keep.log",
            "keep.log",
            "sub/keep.log",
            "#hash",
            "!bang",
            "xyz",
            "a1",
            "d1",
            "31",
            "a2",
            "d2",
            "trail",
            "trail ",
            "esc ",
            "f.o",
            "f.c",
            "foo/bar/",
            "foo/baz",
            "]9",
            "b*c",
            "bxc",
            "-3",
            "a3",
            "b3",
            "tmp",
            "tmpfile",
            "mytmp",
            "axz",
            "a[");

    @TempDir
    Path folder;

    @Test
    void every_rule_means_what_it_means_to_git() throws IOException, InterruptedException {
        git("", "init", "-q");
        for (String path : PATHS) {
            Path at = folder.resolve(path);
            Files.createDirectories(path.endsWith("/") ? at : at.getParent());
            if (!path.endsWith("/")) {
                Files.createFile(at);
            }
        }
        for (String rules : RULES) {
            Files.writeString(folder.resolve(".gitignore"), rules + "\n");
            String asked =
                    String.join("\0", PATHS.stream().map(IgnoreRulesTest::bare).toList()) + "\0";
            List<String> theirs = Arrays.stream(git(asked, "check-ignore", "--no-index", "-z", "--stdin")
                            .split("\0"))
                    .filter(path -> !path.isEmpty())
                    .toList();
            List<String> ours = new ArrayList<>();
            IgnoreRules read = IgnoreRules.of(rules.lines().toList());
            PATHS.stream()
                    .filter(path -> ignored(read, path))
                    .map(IgnoreRulesTest::bare)
                    .forEach(ours::add);
            assertEquals(new TreeSet<>(theirs), new TreeSet<>(ours), "the rules '" + rules + "'");
        }
    }

    private static String bare(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** As a walk from above does it: what is below an ignored folder is not looked at. */
    private static boolean ignored(IgnoreRules rules, String path) {
        for (int slash = path.indexOf('/');
                slash > 0 && slash < path.length() - 1;
                slash = path.indexOf('/', slash + 1)) {
            if (rules.ignores(path.substring(0, slash), true).orElse(false)) {
                return true;
            }
        }
        return rules.ignores(bare(path), path.endsWith("/")).orElse(false);
    }

    private String git(String input, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
        Process git = builder.start();
        try (var in = git.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String problem = new String(git.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(git.waitFor() <= 1, problem);
        return out;
    }
}
