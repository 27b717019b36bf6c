package dev.tetra.tsm.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked to run, after tsm has understood it.
 *
 * @param command the words as the user typed them, quoted so that a shell would split them alike
 * @param argv the words that are executed; the first is the program as it was named
 * @param executable the absolute path of the program, found on the caller's PATH
 * @param script the script among the words, as typed, when there is one
 * @param interpreter the program that runs the script, when there is one
 * @param cwd the absolute working directory
 * @param service the service it was started from
 * @param envName the value of {@code --env}
 * @param envFile the absolute path of the env file used
 * @param umask the caller's file mode creation mask, 0 to 0777
 * @param logs how long what it writes is kept
 * @param supervision how it is looked after
 */
public record ProcessSpec(
        String namespace,
        Kind kind,
        ProcessType type,
        String command,
        List<String> argv,
        String executable,
        @Nullable String script,
        @Nullable String interpreter,
        String cwd,
        @Nullable String service,
        @Nullable String envName,
        @Nullable String envFile,
        int umask,
        RestartPolicy restart,
        StopPolicy stop,
        LogPolicy logs,
        SupervisionPolicy supervision) {
    /** The namespace of a process for which the user says none. */
    public static final String DEFAULT_NAMESPACE = "default";

    public ProcessSpec {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv is empty");
        }
        argv = List.copyOf(argv);
    }

    /** The same as another type of process, with other words to execute. */
    public ProcessSpec with(ProcessType as, List<String> words) {
        return new ProcessSpec(
                namespace,
                kind,
                as,
                command,
                words,
                executable,
                script,
                interpreter,
                cwd,
                service,
                envName,
                envFile,
                umask,
                restart,
                stop,
                logs,
                supervision);
    }

    /** The same, looked after in another way. */
    public ProcessSpec with(SupervisionPolicy other) {
        return new ProcessSpec(
                namespace,
                kind,
                type,
                command,
                argv,
                executable,
                script,
                interpreter,
                cwd,
                service,
                envName,
                envFile,
                umask,
                restart,
                stop,
                logs,
                other);
    }
}
