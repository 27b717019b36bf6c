package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Health;
import dev.tetra.tsm.engine.Overview;
import dev.tetra.tsm.engine.PortKeeper;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.Secrets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Show tsm's settings, or the environment of a process.",
            "With a target: every variable and where its value came from: caller is whoever started it, file"
                    + " its env file, option -e, tsm what tsm sets; later ones win. With --json: one object for one"
                    + " target, else an array."
        },
        exitCodeList = "3:No such process.",
        footer = {"tsm env", "tsm env api --reveal"})
final class EnvVerb extends Targeted {
    /** What of the caller's environment makes tsm work otherwise. */
    private static final List<String> RELEVANT = List.of(
            "TSM_DIR",
            "TETRA_DIR",
            "TSM_JAVA",
            "TSM_JAVA_OPTS",
            "TSM_START_TIMEOUT",
            "JAVA_HOME",
            "NO_COLOR",
            "PORT",
            "PATH");

    @Option(names = "--reveal", description = "Show the values of variables that look secret.")
    boolean reveal;

    @Override
    int run(Context context) {
        if (words.isEmpty() && namespace == null) {
            own(context);
            return 0;
        }
        List<Overview.Details> all = targets(context).stream()
                .map(context.engine().overview()::details)
                .toList();
        if (json) {
            boolean one = all.size() == 1 && words.size() == 1 && !words.contains("all");
            context.terminal()
                    .document(
                            one
                                    ? Json.object(document -> write(document, all.getFirst()))
                                    : Json.array(all, this::write));
            return 0;
        }
        for (int i = 0; i < all.size(); i++) {
            if (all.size() > 1) {
                String label = all.get(i).view().process().label();
                context.out((i == 0 ? "" : "\n") + Visible.line(label) + "\n");
            }
            context.out(table(all.get(i).variables()).render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }

    private String shown(EnvVar variable) {
        return reveal ? variable.value() : Secrets.shown(variable.name(), variable.value());
    }

    private void write(Json json, Overview.Details details) {
        ManagedProcess process = details.view().process();
        json.field("id", process.id())
                .field("name", process.name())
                .field("namespace", process.spec().namespace())
                .field("envFile", process.spec().envFile())
                .array(
                        "environment",
                        details.variables(),
                        (item, variable) -> item.field("name", variable.name())
                                .field("value", shown(variable))
                                .field("source", variable.source().word()));
    }

    private Table table(List<EnvVar> variables) {
        Table table = new Table(
                Column.left("Name"), Column.left("From"), Column.left("Value").shortened());
        for (EnvVar variable : variables) {
            table.row(Cell.of(variable.name()), Cell.of(variable.source().word()), Cell.of(shown(variable)));
        }
        return table;
    }

    private void own(Context context) {
        Health.Settings settings = context.engine().health().settings();
        PortKeeper.Range range = context.engine().portKeeper().range();
        DaemonControl.Status status = context.daemon().status();
        DaemonControl.Launcher launcher = context.daemon().launcher();
        Map<String, String> variables = new TreeMap<>();
        RELEVANT.forEach(name -> {
            String value = context.caller().environment().get(name);
            if (value != null) {
                variables.put(name, reveal ? value : Secrets.shown(name, value));
            }
        });
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field(
                                    "home", settings.home().toString())
                            .field("version", status.version())
                            .field("build", status.build())
                            .field("daemonPid", status.pid())
                            .field("launcher", launcher.path())
                            .field("launcherBuild", launcher.build())
                            .field("database", settings.database().toString())
                            .field("databaseBytes", settings.databaseBytes())
                            .field("schema", settings.schema())
                            .object(
                                    "portRange",
                                    ends -> ends.field("from", range.from()).field("to", range.to()))
                            .field("java", settings.java())
                            .field("javaHome", settings.javaHome())
                            .object("variables", all -> variables.forEach(all::field))));
            return;
        }
        Details text = new Details()
                .add("Home", settings.home())
                .add("Version", status.version() + " (build " + status.build() + ")")
                .add(
                        "Launcher",
                        launcher.path() + (launcher.build().isEmpty() ? "" : " (build " + launcher.build() + ")"))
                .add("Daemon", "pid " + status.pid())
                .add(
                        "Database",
                        settings.database() + " (" + Bytes.human(settings.databaseBytes()) + ", schema "
                                + settings.schema() + ")")
                .add("Port range", range.from() + "-" + range.to())
                .add("Java", settings.java() + " in " + settings.javaHome())
                .title("Variables of yours that matter to tsm");
        variables.forEach(text::add);
        context.out(text.render(context.ansi()));
    }
}
