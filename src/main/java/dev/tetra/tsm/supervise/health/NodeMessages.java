package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.spec.NotifyMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What a Node program sends to its parent, a JSON document a line ({@code NODE_CHANNEL_SERIALIZATION_MODE=json}). Only
 * {@code process.send('ready')} has a meaning, as under PM2; all else is read and dropped. Used by one thread.
 */
final class NodeMessages {
    private static final String READY = "\"ready\"";
    /** No longer line can mean anything. */
    private static final int LONGEST = 64;

    private final Consumer<NotifyMessage> told;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    NodeMessages(Consumer<NotifyMessage> told) {
        this.told = told;
    }

    void take(byte[] bytes) {
        for (byte b : bytes) {
            if (b != '\n') {
                if (line.size() <= LONGEST) {
                    line.write(b);
                }
                continue;
            }
            if (line.toString(StandardCharsets.UTF_8).strip().equals(READY)) {
                told.accept(NotifyMessage.ready(null));
            }
            line.reset();
        }
    }
}
