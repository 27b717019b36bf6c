package dev.tetra.tsm.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.HelperRequest;
import dev.tetra.tsm.os.HelperResult;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.SpawnException;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells one hook of one event, and waits for what comes of it. */
final class Delivery {
    /** How long a command may run. */
    private static final Duration COMMAND = Duration.ofSeconds(30);

    private static final int KEPT_BYTES = 4_096;

    private final Host host;
    private final HookPost web;

    /**
     * @param delays before each further try of a URL
     */
    Delivery(Host host, List<Duration> delays) {
        this.host = host;
        this.web = new HookPost(delays);
    }

    /** What came of it. */
    record Result(boolean success, String words) {}

    /**
     * An event and what it is about.
     *
     * @param process as it is now; null when it is none, or deleted
     * @param exit how the run that the event is about has ended; null if it has not
     * @param variables of the process's environment, if it is told itself
     */
    record Told(
            Event event,
            @Nullable ManagedProcess process,
            @Nullable Exit exit,
            List<EnvVar> variables) {}

    Result deliver(HookRow hook, Told told) throws InterruptedException {
        String body = body(hook, told);
        return hook.hook().web() ? web.post(hook.hook().target(), body) : run(hook, told, body);
    }

    // --- commands ---

    private Result run(HookRow hook, Told told, String body) throws InterruptedException {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        if (!hook.path().isEmpty()) {
            environment.put("PATH", hook.path());
        }
        told.variables().stream()
                .filter(variable -> hook.process() != null)
                .forEach(variable -> environment.put(variable.name(), variable.value()));
        environment.putAll(own(hook, told, body));
        ManagedProcess process = told.process();
        String cwd = !hook.cwd().isEmpty()
                ? hook.cwd()
                : process == null ? "/" : process.spec().cwd();
        try {
            HelperResult result = host.run(new HelperRequest(
                    "/bin/sh",
                    List.of(
                            "sh",
                            "-c",
                            "printf '%s\\n' \"$TSM_BODY\" | sh -c \"$1\"",
                            "tsm-hook",
                            hook.hook().target()),
                    environment.entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .toList(),
                    cwd,
                    COMMAND,
                    KEPT_BYTES,
                    0077));
            if (result.timedOut()) {
                return new Result(false, "killed, as it ran for " + COMMAND.toSeconds() + " s");
            }
            String last = result.stderr().strip().lines().reduce("", (a, b) -> b);
            return new Result(
                    result.exit().success(),
                    result.exit().inWords() + (result.exit().success() || last.isEmpty() ? "" : ": " + last));
        } catch (SpawnException e) {
            return new Result(false, String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, String> own(HookRow hook, Told told, String body) {
        Map<String, String> own = new TreeMap<>();
        Event event = told.event();
        own.put("TSM_HOOK", Long.toString(hook.key()));
        own.put("TSM_EVENT", event.kind().word());
        own.put("TSM_MESSAGE", event.message());
        own.put("TSM_BODY", body);
        if (event.processName() != null) {
            own.put("TSM_NAME", event.processName());
        }
        if (event.namespace() != null) {
            own.put("TSM_NAMESPACE", event.namespace());
        }
        ManagedProcess process = told.process();
        if (process != null) {
            own.put("TSM_ID", Integer.toString(process.id()));
            own.put("TSM_STATUS", process.status().word());
        }
        if (told.exit() != null) {
            own.put("TSM_EXIT_CODE", Integer.toString(told.exit().shellCode()));
        }
        return own;
    }

    // --- what is told ---

    private static String body(HookRow hook, Told told) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            Event event = told.event();
            json.writeStartObject();
            json.writeNumberField("hook", hook.key());
            json.writeNumberField("key", event.key());
            json.writeStringField("event", event.kind().word());
            json.writeStringField("at", event.at().toString());
            json.writeStringField("origin", event.origin().word());
            json.writeStringField("name", event.processName());
            json.writeStringField("namespace", event.namespace());
            number(json, "run", event.runKey());
            Exit exit = told.exit();
            number(json, "exitCode", exit instanceof Exit.Code(int code) ? code : null);
            json.writeStringField("exitSignal", exit instanceof Exit.Signalled signalled ? signalled.name() : null);
            json.writeStringField("message", event.message());
            json.writeFieldName("process");
            if (told.process() == null) {
                json.writeNull();
            } else {
                process(json, told.process(), exit);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static void process(JsonGenerator json, ManagedProcess process, @Nullable Exit exit) throws IOException {
        json.writeStartObject();
        json.writeNumberField("id", process.id());
        json.writeNumberField("key", process.key());
        json.writeStringField("name", process.name());
        json.writeStringField("namespace", process.spec().namespace());
        json.writeStringField("service", process.spec().service());
        json.writeStringField("status", process.status().word());
        number(json, "pid", process.pid());
        number(json, "port", process.port());
        json.writeNumberField("restarts", process.life().restarts());
        number(json, "exitCode", exit instanceof Exit.Code(int code) ? code : null);
        json.writeStringField("exitSignal", exit instanceof Exit.Signalled signalled ? signalled.name() : null);
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String name, @Nullable Number value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value.longValue());
        }
    }
}
