package dev.tetra.tsm.daemon;

import dev.tetra.tsm.command.Terminal;
import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.ClientGoneException;
import dev.tetra.tsm.control.Request;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A command's terminal at the other end of a control connection. */
final class AnswerTerminal implements Terminal {
    private final Request request;
    private final Answer answer;
    private @Nullable OutputStream stream;
    private boolean handedOver;

    AnswerTerminal(Request request, Answer answer) {
        this.request = request;
        this.answer = answer;
    }

    /** Whether the answer needs no exit code: it became a stream, or a program of the client's goes on. */
    boolean ended() {
        return stream != null || handedOver;
    }

    @Override
    public void out(String text) {
        answer.out(text);
    }

    @Override
    public void err(String text) {
        answer.err(text);
    }

    @Override
    public void document(byte[] bytes) {
        answer.out(bytes);
    }

    @Override
    public OutputStream stream() {
        if (stream == null) {
            stream = answer.stream();
        }
        return stream;
    }

    @Override
    public void client(String program) {
        answer.client(program);
        handedOver = true;
    }

    @Override
    public Optional<String> ask(String question) {
        if (!request.inIsTerminal()) {
            return Optional.empty();
        }
        try {
            return answer.ask(question);
        } catch (ClientGoneException e) {
            // Ctrl-C at a question is an answer too: no.
            return Optional.empty();
        }
    }

    @Override
    public void onGone(Runnable action) {
        answer.onGone(action);
    }

    @Override
    public boolean isGone() {
        return answer.isGone();
    }

    @Override
    public int width() {
        return request.width();
    }

    @Override
    public boolean colour() {
        return request.outIsTerminal() && !request.noColor();
    }

    @Override
    public boolean errColour() {
        return request.errIsTerminal() && !request.noColor();
    }
}
