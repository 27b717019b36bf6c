package dev.tetra.tsm.command;

import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A terminal that keeps what it is shown and gives a prepared answer. */
final class ScriptedTerminal implements Terminal {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringBuilder err = new StringBuilder();
    private final List<String> questions = new ArrayList<>();
    private final List<Runnable> onGone = new ArrayList<>();
    private final @Nullable String answer;
    private final boolean colour;
    private boolean gone;

    private ScriptedTerminal(@Nullable String answer, boolean colour) {
        this.answer = answer;
        this.colour = colour;
    }

    static ScriptedTerminal mute() {
        return new ScriptedTerminal(null, false);
    }

    static ScriptedTerminal coloured() {
        return new ScriptedTerminal(null, true);
    }

    static ScriptedTerminal answering(String answer) {
        return new ScriptedTerminal(answer, false);
    }

    synchronized String shown() {
        return RawText.decode(out.toByteArray());
    }

    synchronized String errors() {
        return err.toString();
    }

    synchronized List<String> questions() {
        return List.copyOf(questions);
    }

    void leave() {
        List<Runnable> actions;
        synchronized (this) {
            gone = true;
            actions = List.copyOf(onGone);
        }
        actions.forEach(Runnable::run);
    }

    synchronized boolean isWaitedOn() {
        return !onGone.isEmpty();
    }

    @Override
    public synchronized void out(String text) {
        out.writeBytes(RawText.encode(text));
    }

    @Override
    public synchronized void err(String text) {
        err.append(text);
    }

    @Override
    public synchronized void document(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                synchronized (ScriptedTerminal.this) {
                    if (gone) {
                        throw new IOException("Broken pipe");
                    }
                    out.write(bytes, offset, length);
                }
            }
        };
    }

    @Override
    public void client(String program) {}

    @Override
    public synchronized Optional<String> ask(String question) {
        questions.add(question);
        return Optional.ofNullable(answer);
    }

    @Override
    public synchronized void onGone(Runnable action) {
        onGone.add(action);
    }

    @Override
    public synchronized boolean isGone() {
        return gone;
    }

    @Override
    public int width() {
        return 0;
    }

    @Override
    public boolean colour() {
        return colour;
    }

    @Override
    public boolean errColour() {
        return false;
    }
}
