package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.repl.top.Effect;
import dev.tetra.tsm.repl.top.Frame;
import dev.tetra.tsm.repl.top.ProcessRow;
import dev.tetra.tsm.repl.top.TopModel;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * {@code tsm top}: a full-screen live view. One thread owns the model and paints; what comes from the daemon and from the
 * keys is put into a queue by others.
 */
final class Top implements Program {
    /** How long the cursor has to rest on a process before its log is asked for. */
    private static final Duration REST = Duration.ofMillis(120);

    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);
    private static final int ONCE_LOG_LINES = 10;
    private static final int ONCE_WIDTH = 120;

    /** Something for the thread that owns the model. */
    @FunctionalInterface
    interface Event {
        /** Changes the model; what is to be done beside that. */
        Optional<Effect> happens(TopModel model);
    }

    @Override
    public int run(Session session, List<String> words) throws IOException {
        TopOptions options = TopOptions.of(words.subList(1, words.size()));
        TopModel model = new TopModel(options.order(), options.all(), options.filter(), options.namespace());
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        Caller caller = session.link().caller();
        try (TopFeed feed = new TopFeed(caller, events);
                TopLog log = new TopLog(caller, events)) {
            feed.start();
            return options.once() ? once(session, model, events, log) : live(session, model, events, log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static int live(Session session, TopModel model, BlockingQueue<Event> events, TopLog log)
            throws IOException, InterruptedException {
        Caller caller = session.link().caller();
        boolean colour = !caller.flags().contains("no-color");
        try (TopScreen screen = new TopScreen(session.screen().terminal(), colour, events)) {
            screen.enter();
            TopCommands commands = new TopCommands(caller, events);
            long parent = parent();
            // A launcher that was killed has left the terminal to somebody else.
            while (parent == parent()) {
                screen.paint(model);
                Event event = events.poll(REST.toNanos(), TimeUnit.NANOSECONDS);
                if (event == null) {
                    // All is quiet, so the cursor rests.
                    log.follow(
                            model.chosen().map(ProcessRow::key), model.chosen().map(ProcessRow::id));
                }
                for (; event != null; event = events.poll()) {
                    switch (event.happens(model).orElse(null)) {
                        case null -> {}
                        case Effect.Quit quit -> {
                            return 0;
                        }
                        case Effect.Repaint repaint -> screen.forget();
                        case Effect.Command command -> commands.run(command.words());
                    }
                }
            }
            return 1;
        }
    }

    private static long parent() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    /** Two looks, so that the shares of CPU are those of now, and the end of the log of the first process. */
    private static int once(Session session, TopModel model, BlockingQueue<Event> events, TopLog log)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + FIRST_LOOK.toNanos();
        for (int looks = 0; looks < 2 && System.nanoTime() - until < 0; ) {
            Event event = events.poll(REST.toNanos(), TimeUnit.NANOSECONDS);
            if (event != null) {
                event.happens(model);
                looks += event instanceof TopFeed.Seen ? 1 : 0;
                log.follow(model.chosen().map(ProcessRow::key), model.chosen().map(ProcessRow::id));
            }
        }
        int width = session.link().caller().width();
        session.streams()
                .out(RawText.encode(
                        Frame.text(model, width > 0 ? width : ONCE_WIDTH, ONCE_LOG_LINES, ZoneId.systemDefault())));
        return 0;
    }
}
