package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The use case of {@code tsm init}: a new env file to fill in. */
public final class EnvTemplate {
    private static final String TEXT = """
            # Environment {name}: tsm start --env {name} COMMAND
            #
            # A shell reads this file, so quotes, $OTHER and $(command) mean what they mean in a shell.
            # What is set here wins over the environment of whoever runs tsm start; -e NAME=VALUE wins over this.
            # tsm restart reads it again. Only you can read it (mode 0600); keep it out of version control.
            # tsm doctor env env/{name}.env checks it.

            # The port of the process; without it tsm takes that of the command, the pattern, or a free one.
            # export PORT=4000

            # export NODE_ENV=development
            # export DATABASE_URL=postgres://localhost/mydb
            # export API_KEY=
            """;

    EnvTemplate() {}

    /**
     * Writes {@code env/NAME.env} below the caller's folder. Returns its path.
     *
     * @throws TsmException.Usage for a name that is no file's name
     * @throws TsmException.Conflict when it is there already
     */
    public String write(String name, Caller caller) {
        String bare = name.endsWith(".env") ? name.substring(0, name.length() - ".env".length()) : name;
        if (!bare.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
            throw new TsmException.Usage(
                    "'" + name + "' cannot be the name of an environment",
                    "use letters, digits, '.', '_' and '-': tsm init dev");
        }
        Path folder = Path.of(caller.cwd()).resolve("env");
        Path file = folder.resolve(bare + ".env");
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            try (var out = Files.newByteChannel(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                out.write(StandardCharsets.UTF_8.encode(TEXT.replace("{name}", bare)));
            }
        } catch (FileAlreadyExistsException e) {
            throw new TsmException.Conflict(
                    e.getFile() + " is there already", "it was left as it is; tsm doctor env " + bare + " checks it");
        } catch (IOException e) {
            throw new TsmException.Failed(
                    file + " cannot be written: " + e.getMessage(), "look at the rights of " + caller.cwd());
        }
        return file.toString();
    }
}
