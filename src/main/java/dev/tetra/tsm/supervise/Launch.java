package dev.tetra.tsm.supervise;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.os.SpawnRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Turns a process into what the operating system is to execute. */
public final class Launch {
    /** What tsm sets for each process anew, so that a nested tsm does not hand on its own. */
    private static final List<String> OWN = List.of("TSM_ID", "TSM_NAME", "TSM_RUN", "TSM_DIR", "TSM_SOCKET");

    private static final String UNBUFFERED = "PYTHONUNBUFFERED";

    private Launch() {}

    static SpawnRequest request(
            ManagedProcess process, List<EnvVar> variables, String token, Path home, LogFiles logs) {
        ProcessSpec spec = process.spec();
        return new SpawnRequest(
                spec.executable(),
                spec.argv(),
                environment(process, variables, token, home).entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList(),
                spec.cwd(),
                logs.file(process.name(), LogStream.OUT).toString(),
                logs.file(process.name(), LogStream.ERR).toString(),
                spec.umask());
    }

    /** Later sources win: the caller, the env file, options, and last what tsm sets (SPEC 6). */
    static Map<String, String> environment(ManagedProcess process, List<EnvVar> variables, String token, Path home) {
        Map<String, String> all = new TreeMap<>();
        variables.stream()
                .sorted((a, b) -> a.source().compareTo(b.source()))
                .forEach(variable -> all.put(variable.name(), variable.value()));
        OWN.forEach(all::remove);
        own(process, all.containsKey(UNBUFFERED), token, home).forEach(all::put);
        all.put("PWD", process.spec().cwd());
        return all;
    }

    /**
     * What tsm itself sets for a process, besides what a pattern's template says.
     *
     * @param buffering whether the environment already says if Python keeps output back
     * @param token of the run
     */
    public static Map<String, String> own(ManagedProcess process, boolean buffering, String token, Path home) {
        Map<String, String> own = new TreeMap<>();
        if (process.port() != null) {
            own.put("PORT", String.valueOf(process.port()));
        }
        if (process.socket() != null) {
            own.put("TSM_SOCKET", process.socket());
        }
        if (process.spec().kind() == Kind.PYTHON && !buffering) {
            // Its output is a file, so Python would keep it back until its buffer is full.
            own.put(UNBUFFERED, "1");
        }
        own.put("TSM_ID", String.valueOf(process.id()));
        own.put("TSM_NAME", process.name());
        own.put("TSM_RUN", token);
        own.put("TSM_DIR", home.toString());
        return own;
    }
}
