package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The queries of {@code db/audit}, which come in the jar: each answers the question in its first lines. */
public final class Recipes {
    private static final String FOLDER = "db/audit";
    private static final String ENDING = ".sql";

    /**
     * A query.
     *
     * @param name of its file, without number and ending
     * @param question what it answers, in a sentence
     */
    public record Recipe(String name, String question, String sql) {}

    /** All of them, in the order of their numbers. */
    public List<Recipe> all() {
        return files().stream().sorted().map(Recipes::read).toList();
    }

    /**
     * One by its name.
     *
     * @throws TsmException.NotFound when there is none of that name
     */
    public Recipe named(String name) {
        List<Recipe> all = all();
        return all.stream()
                .filter(recipe -> recipe.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TsmException.NotFound(
                        "there is no recipe '" + name + "'",
                        Nearest.to(name, all.stream().map(Recipe::name).toList())
                                        .map(nearest -> "did you mean " + nearest + "?  ")
                                        .orElse("")
                                + "tsm sql --recipes lists them"));
    }

    private static Recipe read(String file) {
        try (InputStream in = Recipes.class.getResourceAsStream("/" + FOLDER + "/" + file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the jar");
            }
            String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String question = sql.lines().findFirst().orElse("").replaceFirst("^--\\s*", "");
            String name = file.substring(0, file.length() - ENDING.length()).replaceFirst("^[0-9]+-", "");
            return new Recipe(name, question, sql);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> files() {
        URL folder = Recipes.class.getResource("/" + FOLDER);
        if (folder == null) {
            throw new IllegalStateException(FOLDER + " is missing from the jar");
        }
        try {
            if (folder.openConnection() instanceof JarURLConnection inJar) {
                inJar.setUseCaches(false);
                try (JarFile jar = inJar.getJarFile()) {
                    return jar.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.startsWith(FOLDER + "/") && name.endsWith(ENDING))
                            .map(name -> name.substring(FOLDER.length() + 1))
                            .toList();
                }
            }
            try (Stream<Path> files = Files.list(Path.of(new URI(folder.toString())))) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(ENDING))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
