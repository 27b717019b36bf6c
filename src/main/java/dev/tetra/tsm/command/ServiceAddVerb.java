package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Services;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.ServiceFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        customSynopsis = "tsm service add [OPTIONS] NAME [OPTIONS] COMMAND...",
        description = {
            "Define a service. Nothing is started.",
            "That is its name, the options of tsm start, and its command. Options end at the command's first" + " word."
        },
        exitCodeList = "4:A service has that name.",
        footer = {
            "tsm service add web --port 4000 --env production node app.js",
            "tsm service add db --dir /srv/db --restart always ./run.sh"
        })
final class ServiceAddVerb extends StartVerb {
    @Option(names = "--dir", paramLabel = "FOLDER", description = "Folder it runs in (default: this one).")
    @Nullable
    String folder;

    @Option(names = "--type", paramLabel = "TYPE", description = "port, socket or pid, in place of what tsm finds.")
    @Nullable
    String type;

    @Option(names = "--description", paramLabel = "TEXT", description = "A line for people.")
    @Nullable
    String description;

    @Option(names = "--replace", description = "In place of a service of that name.")
    boolean replace;

    @Override
    int run(Context context) {
        String own = words.getFirst();
        Map<String, String> fields =
                new TreeMap<>(StartFields.given(spec.commandLine().getParseResult()));
        ServiceAddVerb rest = this;
        if (words.size() > 1) {
            // what stands between the name and the command are options too
            rest = new ServiceAddVerb();
            CommandLine line = Verbs.commandLine(rest, "service add");
            try {
                line.parseArgs(words.subList(1, words.size()).toArray(String[]::new));
            } catch (CommandLine.ParameterException e) {
                throw new TsmException.Usage(
                        String.valueOf(e.getMessage()), "tsm help service add shows how it is used");
            }
            fields.putAll(StartFields.given(line.getParseResult()));
        }
        if (words.size() == 1 || rest.words.stream().allMatch(String::isBlank)) {
            throw new TsmException.Usage(
                    "tsm service add " + own + " needs a command", "tsm service add " + own + " python3 app.py");
        }
        if (fields.containsKey(ServiceFile.NAME)) {
            throw new TsmException.Usage(
                    "a service's processes have its name, so --name does not go with it", "leave --name out");
        }
        fields.put(ServiceFile.COMMAND, command(rest.words));
        put(fields, ServiceFile.TYPE, rest.type, type);
        put(fields, ServiceFile.DESCRIPTION, rest.description, description);
        String dir = rest.folder == null ? folder : rest.folder;
        fields.put(
                ServiceFile.DIR,
                Path.of(context.caller().cwd())
                        .resolve(dir == null ? "" : dir)
                        .normalize()
                        .toString());
        Service service =
                context.engine().services().book().add(own, fields, replace || rest.replace, context.caller());
        told(context, service, "defined", json || rest.json);
        return 0;
    }

    /** One word with spaces is a line already; several words are joined into one that splits into them. */
    private static String command(List<String> words) {
        return words.size() == 1 ? words.getFirst() : CommandWords.join(words);
    }

    private static void put(
            Map<String, String> fields, String field, @Nullable String value, @Nullable String otherwise) {
        String text = value == null ? otherwise : value;
        if (text != null) {
            fields.put(field, text);
        }
    }

    /** Tells what became of a service's definition. */
    static void told(Context context, Service service, String what, boolean json) {
        if (json) {
            Services.Shown shown =
                    context.engine().services().shown(List.of(service)).getFirst();
            ServiceViews views = new ServiceViews(context.engine().services().book(), false);
            context.terminal().document(Json.object(document -> views.json(document, shown, Map.of())));
        } else {
            context.out("service " + service.name() + " " + what + "; tsm start " + service.name() + " starts it\n");
        }
    }
}
