package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.PortState;
import dev.tetra.tsm.spec.EnvAssignments;
import dev.tetra.tsm.spec.EnvFiles;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The use case of {@code tsm doctor env}: sources an env file in a clean shell and says what is wrong with it. */
public final class EnvDoctor {
    private static final String FILE = "File";
    private static final String VARIABLES = "Variables";
    private static final Set<String> CLEAN = Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ");
    private static final Set<String> SET_BY_TSM = Set.of("TSM_ID", "TSM_NAME", "TSM_RUN", "TSM_DIR", "TSM_SOCKET");

    private final Store store;
    private final Host host;
    private final EnvFileReader reader;

    EnvDoctor(Store store, Host host, EnvFileReader reader) {
        this.store = store;
        this.host = host;
        this.reader = reader;
    }

    /**
     * A variable that the file sets.
     *
     * @param lines where it is set, from 1; empty when that cannot be told, as in a file that it sources
     * @param callers whether the caller's environment has another value, which the file's wins over
     */
    public record Variable(EnvVar variable, List<Integer> lines, boolean callers) {}

    /** What was found. */
    public record Report(String file, List<Variable> variables, List<Finding> findings) {}

    /**
     * Looks at an env file.
     *
     * @param name as {@code --env} takes it
     * @throws TsmException.Failed when there is no such file
     */
    public Report look(String name, Caller caller) {
        RealFiles files = new RealFiles();
        String file = EnvFiles.find(files, caller.cwd(), name)
                .orElseThrow(() ->
                        new TsmException.Failed("none of the usual env files is here", "write one: tsm init dev"));
        List<Finding> findings = new ArrayList<>();
        Map<String, List<Integer>> lines = text(file, findings);
        List<Variable> variables = new ArrayList<>();
        Map<String, String> clean = new TreeMap<>(caller.environment());
        clean.keySet().retainAll(CLEAN);
        try {
            for (EnvVar variable : reader.read(file, clean, new SearchPath(caller.cwd(), caller.path(), files))
                    .set()) {
                String other = caller.environment().get(variable.name());
                variables.add(new Variable(
                        variable,
                        lines.getOrDefault(variable.name(), List.of()),
                        other != null && !other.equals(variable.value())));
            }
            findings.add(Finding.ok(FILE, "it sources, and sets " + variables.size() + " variables"));
        } catch (TsmException e) {
            findings.add(Finding.fail(FILE, e.getMessage(), e.hint()));
        }
        variables.forEach(variable -> look(variable, findings));
        boolean secrets = variables.stream().anyMatch(v -> secret(v.variable()))
                || lines.keySet().stream().anyMatch(Secrets::isSecret);
        mode(file, secrets, findings);
        return new Report(file, variables, findings);
    }

    private static boolean secret(EnvVar variable) {
        return !variable.value().isEmpty()
                && !Secrets.shown(variable.name(), variable.value()).equals(variable.value());
    }

    private static Map<String, List<Integer>> text(String file, List<Finding> to) {
        try {
            String text = RawText.decode(Files.readAllBytes(Path.of(file)));
            if (text.contains("\r\n")) {
                to.add(Finding.warn(
                        FILE,
                        "its lines end in CR LF, so each value ends in a CR",
                        "write it anew with LF: sed -i 's/\\r$//' " + file));
            }
            return EnvAssignments.lines(text);
        } catch (IOException e) {
            to.add(Finding.fail(FILE, file + " cannot be read: " + e.getMessage(), "look at its rights"));
            return Map.of();
        }
    }

    private static void mode(String file, boolean secrets, List<Finding> to) {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(Path.of(file));
        } catch (IOException e) {
            return;
        }
        String shown = "its mode is " + PosixFilePermissions.toString(mode);
        String mend = "chmod 600 " + file;
        if (mode.contains(PosixFilePermission.OTHERS_WRITE) || mode.contains(PosixFilePermission.GROUP_WRITE)) {
            to.add(Finding.fail(FILE, shown + ": others can write it, and a shell runs what is in it", mend));
        } else if (secrets && mode.contains(PosixFilePermission.OTHERS_READ)) {
            to.add(Finding.fail(FILE, shown + ": everybody can read the secrets in it", mend));
        } else if (secrets && mode.contains(PosixFilePermission.GROUP_READ)) {
            to.add(Finding.fail(FILE, shown + ": its group can read the secrets in it", mend));
        } else {
            to.add(Finding.ok(FILE, shown));
        }
    }

    private void look(Variable found, List<Finding> to) {
        EnvVar variable = found.variable();
        String name = variable.name();
        if (found.lines().size() > 1) {
            int last = found.lines().getLast();
            to.add(Finding.warn(
                    VARIABLES,
                    name + " is set in lines "
                            + found.lines().stream().map(String::valueOf).collect(Collectors.joining(", "))
                            + "; of those that are run the last wins, line " + last,
                    "leave one"));
        }
        if (found.callers()) {
            to.add(Finding.ok(VARIABLES, name + " wins over the value in your own environment"));
        }
        if (SET_BY_TSM.contains(name)) {
            to.add(Finding.warn(VARIABLES, name + " is set by tsm itself, so the value here is lost", "leave it out"));
        }
        if (name.equals("PORT")) {
            port(variable.value(), to);
        }
    }

    private void port(String text, List<Finding> to) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535) {
            to.add(Finding.fail(
                    VARIABLES, "PORT is '" + text + "', which is no port", "a port is a number from 1 to 65535"));
            return;
        }
        String holder = store.call(tx ->
                        tx.ports().holder(port).flatMap(key -> tx.processes().find(key)))
                .map(ManagedProcess::label)
                .orElse("");
        if (!holder.isEmpty()) {
            to.add(Finding.ok(VARIABLES, "PORT " + port + " is held by " + holder));
        } else if (host.portState(port) == PortState.FREE) {
            to.add(Finding.ok(VARIABLES, "PORT " + port + " is free, and a start with this file asks for it"));
        } else {
            to.add(Finding.warn(VARIABLES, "PORT " + port + " is taken by another program", "tsm doctor port " + port));
        }
    }
}
