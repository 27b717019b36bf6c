package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where env files are looked for (SPEC 6). */
public final class EnvFiles {
    /** The value of {@code --env} that asks for the first of the usual files. */
    public static final String AUTO = "auto";

    private static final List<String> USUAL = List.of("env/local.env", "env/dev.env", "env/production.env", ".env");

    private EnvFiles() {}

    /**
     * The absolute paths at which {@code --env VALUE} may be, the first that exists counts. {@code auto}: the usual
     * files in their order. A value with a {@code /} or ending in {@code .env} is a path first; any other is the name
     * of a file {@code env/VALUE.env} below the working directory, and a path after that.
     */
    public static List<String> candidates(String cwd, String value) {
        Set<String> places = new LinkedHashSet<>();
        if (value.equals(AUTO)) {
            USUAL.forEach(file -> places.add(absolute(cwd, file)));
            return List.copyOf(places);
        }
        boolean ending = value.endsWith(".env");
        if (value.contains("/")) {
            places.add(absolute(cwd, value));
            if (!ending) {
                places.add(absolute(cwd, value + ".env"));
            }
        } else if (ending) {
            places.add(absolute(cwd, value));
            places.add(absolute(cwd, "env/" + value));
        } else {
            places.add(absolute(cwd, "env/" + value + ".env"));
            places.add(absolute(cwd, value));
        }
        return List.copyOf(places);
    }

    /**
     * The env file that {@code --env VALUE} means; empty only for {@code auto} when none of the usual files is there.
     *
     * @throws TsmException.Usage when the value is empty
     * @throws TsmException.Failed when there is no such file; names the places tried
     */
    public static Optional<String> find(FileView files, String cwd, String value) {
        if (value.isBlank()) {
            throw new TsmException.Usage("--env: the name is empty", "say which: --env dev, or --env path/file.env");
        }
        List<String> places = candidates(cwd, value);
        Optional<String> found = places.stream().filter(files::isFile).findFirst();
        if (found.isEmpty() && !value.equals(AUTO)) {
            throw new TsmException.Failed(
                    "there is no env file '" + value + "': tried " + String.join(", ", places),
                    value.contains("/") || value.endsWith(".env")
                            ? "check the path"
                            : "write one: tsm init " + value + "; or check the name");
        }
        return found;
    }

    /** The short name of an env file, for tables: {@code dev} for {@code env/dev.env}, {@code .env} for itself. */
    public static String name(String file) {
        String base = ProgramName.base(file);
        return base.endsWith(".env") && base.length() > 4 ? base.substring(0, base.length() - 4) : base;
    }

    private static String absolute(String cwd, String file) {
        if (file.startsWith("/")) {
            return file;
        }
        return cwd.endsWith("/") ? cwd + file : cwd + "/" + file;
    }
}
