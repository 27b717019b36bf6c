package dev.tetra.tsm.daemon;

import dev.tetra.tsm.command.Commands;
import dev.tetra.tsm.command.Context;
import dev.tetra.tsm.command.DaemonControl;
import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.Request;
import dev.tetra.tsm.control.RequestHandler;
import dev.tetra.tsm.engine.Caller;
import dev.tetra.tsm.engine.Engine;
import dev.tetra.tsm.model.BuildInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers requests of clients with commands; gives way to a newer tsm. */
final class Requests implements RequestHandler {
    private static final long LOOK_MILLIS = 5;
    /** How long whoever stops the daemon waits for its end. */
    private static final Duration CLOSE = Duration.ofSeconds(30);
    /** How long a command that changes something waits for what comes up with the daemon: as an env file may take. */
    private static final Duration COMING_UP = Duration.ofSeconds(10);

    private final Engine engine;
    private final Commands commands;
    private final Self self;
    private final BuildInfo build;
    private final Sources sources;
    private final Consumer<Daemon.Ending> end;
    private final CompletableFuture<Boolean> closed;
    private final Set<Answer> changing = ConcurrentHashMap.newKeySet();

    /**
     * @param end hears that the daemon is to end
     * @param closed completes when it has, but for its connections: the home is free then
     */
    Requests(
            Engine engine,
            Commands commands,
            Self self,
            BuildInfo build,
            Sources sources,
            Consumer<Daemon.Ending> end,
            CompletableFuture<Boolean> closed) {
        this.engine = engine;
        this.commands = commands;
        this.self = self;
        this.build = build;
        this.sources = sources;
        this.end = end;
        this.closed = closed;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (olderThan(request.launcherBuild())) {
            answer.replaced(true);
            end.accept(new Daemon.Ending.Replace(request.launcher()));
            return;
        }
        OptionalLong change = unseen(request);
        if (change.isPresent()) {
            answer.uncheckedSources(change.getAsLong());
            return;
        }
        Caller caller =
                new Caller(request.user(), request.clientPid(), request.cwd(), request.umask(), answer::askEnvironment);
        AnswerTerminal terminal = new AnswerTerminal(request, answer);
        Control control = new Control(request.launcher(), request.launcherBuild());
        if (commands.changes(request.words())) {
            changing.add(answer);
            engine.boot().awaitAsked(COMING_UP);
        }
        int code;
        try {
            code = commands.run(request.words(), new Context(engine, caller, terminal, control, build));
        } finally {
            changing.remove(answer);
        }
        switch (control.wanted) {
            case Daemon.Ending.Replace replace -> {
                answer.replaced(false);
                end.accept(replace);
            }
            case Daemon.Ending.Stop stop -> {
                end.accept(stop);
                // Whoever reads that the daemon has stopped may copy, move or remove its home at once.
                closed.completeOnTimeout(false, CLOSE.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
                answer.exit(code);
            }
            case null -> {
                if (!terminal.ended()) {
                    answer.exit(code);
                }
                // Nobody waits for it: not even whoever reads to the end of the connection.
                Thread.ofVirtual().name("prepare").start(() -> commands.prepare(request.words()));
            }
        }
    }

    /** The change of the clone's sources that the launcher has to look at before anything is done for it. */
    private OptionalLong unseen(Request request) {
        if (request.sourcesUnchecked()) {
            return sources.unchecked(request.launcher());
        }
        request.sourcesChecked().ifPresent(sources::checked);
        return OptionalLong.empty();
    }

    /** Waits for changing commands that are under way, so that none is cut off between its effect and its answer. */
    void drain(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (changing.stream().anyMatch(answer -> !answer.isGone()) && System.nanoTime() - deadline < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The newer one wins, so that two clones of different age on one home do not replace each other in turns. */
    private boolean olderThan(String launcherBuild) {
        String own = stamp(build.build());
        String other = stamp(launcherBuild);
        return !own.isEmpty() && !other.isEmpty() && own.compareTo(other) < 0;
    }

    private static String stamp(String build) {
        int plus = build.indexOf('+');
        return plus < 0 ? "" : build.substring(plus + 1);
    }

    private final class Control implements DaemonControl {
        private final String launcher;
        private final String launcherBuild;
        private Daemon.@Nullable Ending wanted;

        Control(String launcher, String launcherBuild) {
            this.launcher = launcher;
            this.launcherBuild = launcherBuild;
        }

        @Override
        public Launcher launcher() {
            return new Launcher(launcher, launcherBuild);
        }

        @Override
        public Status status() {
            return self.status();
        }

        @Override
        public void stopAfterAnswer() {
            wanted = new Daemon.Ending.Stop();
        }

        @Override
        public void replaceAfterAnswer() {
            wanted = new Daemon.Ending.Replace(launcher);
        }

        @Override
        public Path log() {
            return self.log();
        }

        @Override
        public List<String> untoldNotices() {
            return self.takeUntold();
        }
    }
}
