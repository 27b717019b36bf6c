package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** Commands that keys ask for: run beside the picture, their result a line in it. */
final class TopCommands {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final Caller caller;
    private final Queue<Top.Event> events;

    TopCommands(Caller caller, Queue<Top.Event> events) {
        this.caller = caller;
        this.events = events;
    }

    void run(List<String> words) {
        Thread.ofVirtual().name("command").start(() -> {
            try {
                result(words);
            } catch (IOException e) {
                tell("tsm " + String.join(" ", words) + ": " + e.getMessage(), true);
            }
        });
    }

    private void result(List<String> words) throws IOException {
        Optional<ControlClient> client = ControlClient.connect(caller.home(), CONNECT);
        if (client.isEmpty()) {
            tell("there is no daemon to do that; any tsm command starts one, such as tsm list", true);
            return;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TopRequests.Cutter lines = new TopRequests.Cutter(
                line -> {
                    out.writeBytes(line);
                    out.write(' ');
                },
                caller.environment());
        try (ControlClient open = client.get()) {
            ControlClient.Outcome outcome = open.run(TopRequests.of(caller, words), lines);
            boolean failed = outcome.code() != 0 || outcome.end() == ControlClient.End.LOST;
            String text = RawText.decode(failed ? lines.errors() : out.toByteArray());
            tell(text.strip().replaceAll("\\s*\\R\\s*", "  "), failed);
        }
    }

    private void tell(String text, boolean error) {
        events.add(model -> {
            model.tell(text, error);
            return Optional.empty();
        });
    }
}
