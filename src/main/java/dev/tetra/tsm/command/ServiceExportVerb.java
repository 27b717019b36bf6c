package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.ServiceBook;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Write a service's definition as a service file.",
            "A file is made for you alone (0600). On stdout what looks secret is written only with --reveal."
        },
        exitCodeList = {
            "1:It holds what looks secret, or the file cannot be written.",
            "3:No such service.",
            "4:The file is there."
        },
        footer = {"tsm service export web > web.tsm", "tsm service export web -o ./"})
final class ServiceExportVerb extends Verb {
    @Parameters(paramLabel = "SERVICE", description = "Its name.")
    String name = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to this file, or to NAME.tsm in this folder.")
    @Nullable
    String output;

    @Option(names = "--replace", description = "In place of a file that is there.")
    boolean replace;

    @Option(names = "--reveal", description = "Write what looks secret too.")
    boolean reveal;

    @Override
    int run(Context context) {
        ServiceBook book = context.engine().services().book();
        Service service = book.get(name, context.caller()::environment);
        if (output == null) {
            if (!reveal && book.hasSecrets(service)) {
                throw new TsmException.Failed(
                        "the definition of " + name + " holds what looks secret",
                        "--reveal writes it all; -o FILE writes a file that only you can read");
            }
            String text = book.export(service, true);
            if (json) {
                context.terminal()
                        .document(Json.object(
                                document -> document.field("name", name).field("text", text)));
            } else {
                context.out(text);
            }
            return 0;
        }
        Path file = book.exportTo(service, output, replace, context.caller());
        if (json) {
            context.terminal()
                    .document(
                            Json.object(document -> document.field("name", name).field("file", file.toString())));
        } else {
            context.out("service " + name + " written to " + file + "\n");
        }
        return 0;
    }
}
