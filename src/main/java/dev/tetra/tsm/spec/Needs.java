package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Dependency;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a process needs, and how that is at present (SPEC 19). */
public final class Needs {
    private static final String NOT_EXECUTED = "not executed: ";

    /** How something that is needed is at present. */
    public enum State {
        /** It is as it is needed. */
        MET,
        /** It may yet become so. */
        PENDING,
        /** It will not become so by itself. */
        FAILED
    }

    /**
     * One thing that is needed.
     *
     * @param processes those of that name; none when there is none
     * @param words how each of those is that make it so, as {@code is starting}
     */
    public record Need(Dependency dependency, List<ManagedProcess> processes, State state, Map<String, String> words) {
        /** Such as {@code db (ID 0) is starting}. */
        public List<String> sentences() {
            return sentences(words, " ");
        }

        /**
         * Such as {@code db (ID 0), which it needs, failed: exit code 1}.
         *
         * @param late what a process's probes said when it did not get ready in time; else empty
         */
        public List<String> reproaches(Function<ManagedProcess, String> late) {
            if (processes.isEmpty()) {
                return List.of("there is no process " + dependency.name() + ", which it needs");
            }
            Map<String, String> told = new LinkedHashMap<>(words);
            processes.stream()
                    .filter(process -> process.status() == Status.ERRORED
                            && !late.apply(process).isEmpty())
                    .forEach(process -> told.replace(process.label(), "was not ready in time: " + late.apply(process)));
            return sentences(told, ", which it needs, ");
        }

        private List<String> sentences(Map<String, String> told, String between) {
            return processes.isEmpty()
                    ? List.of("there is no process " + dependency.name())
                    : told.entrySet().stream()
                            .map(entry -> entry.getKey() + between + entry.getValue())
                            .toList();
        }
    }

    private Needs() {}

    /** Each thing that is needed, in order. */
    public static List<Need> of(OrderPolicy order, Collection<ManagedProcess> all) {
        return of(order, all, process -> false);
    }

    /**
     * Each thing that is needed, in order.
     *
     * @param undecided whether what is known of a process is about to change
     */
    public static List<Need> of(
            OrderPolicy order, Collection<ManagedProcess> all, Predicate<ManagedProcess> undecided) {
        return order.after().stream()
                .map(dependency -> need(dependency, named(dependency.name(), all), undecided))
                .toList();
    }

    private static Need need(
            Dependency dependency, List<ManagedProcess> processes, Predicate<ManagedProcess> undecided) {
        if (processes.isEmpty()) {
            return new Need(dependency, List.of(), State.FAILED, Map.of());
        }
        State worst = State.MET;
        Map<String, String> words = new LinkedHashMap<>();
        for (ManagedProcess process : processes) {
            State state = undecided.test(process) ? State.PENDING : state(dependency, process);
            if (state.compareTo(worst) > 0) {
                worst = state;
                words.clear();
            }
            if (state == worst) {
                words.put(process.label(), words(process, state));
            }
        }
        return new Need(dependency, processes, worst, words);
    }

    /**
     * The processes that a name means: the one of that name, else all instances that share it, else all of
     * the service of that name, else the one that has
     * that name but for its port.
     */
    public static List<ManagedProcess> named(String name, Collection<ManagedProcess> all) {
        List<ManagedProcess> exact =
                all.stream().filter(p -> p.name().equals(name)).toList();
        if (!exact.isEmpty()) {
            return exact;
        }
        List<ManagedProcess> instances =
                all.stream().filter(p -> name.equals(p.instances().group())).toList();
        if (!instances.isEmpty()) {
            return instances;
        }
        List<ManagedProcess> ofService =
                all.stream().filter(p -> name.equals(p.spec().service())).toList();
        return ofService.isEmpty() ? all.stream().filter(p -> fits(name, p)).toList() : ofService;
    }

    /** Whether a name can mean that process, be there others or not. */
    public static boolean fits(String name, ManagedProcess process) {
        return process.name().equals(name)
                || name.equals(process.instances().group())
                || name.equals(process.spec().service())
                || (process.port() != null && process.name().equals(name + "-" + process.port()));
    }

    /** How a process is for one that needs it. */
    public static State state(Dependency dependency, ManagedProcess process) {
        Run run = process.run();
        return switch (process.status()) {
            case ONLINE -> dependency.condition() == Dependency.Condition.COMPLETED ? State.PENDING : State.MET;
            case STARTING ->
                dependency.condition() == Dependency.Condition.STARTED && run != null && run.identity() != null
                        ? State.MET
                        : State.PENDING;
            // What has ended with success was started, but it is not ready.
            case EXITED -> readiness(dependency, process) ? State.FAILED : State.MET;
            case WAITING, STOPPING, LOST -> State.PENDING;
            case STOPPED, ERRORED -> State.FAILED;
        };
    }

    private static boolean readiness(Dependency dependency, ManagedProcess process) {
        return dependency.condition() == null
                ? process.spec().supervision().health().gated()
                : dependency.condition() == Dependency.Condition.READY;
    }

    /** Whether a process has to be run for one that needs it. */
    public static boolean toBeRun(Dependency dependency, ManagedProcess process) {
        boolean rests = process.status().settled() || process.life().wanted() == Wanted.STOP;
        return rests
                && (dependency.condition() != Dependency.Condition.COMPLETED
                        || state(dependency, process) != State.MET);
    }

    private static String words(ManagedProcess process, State state) {
        Run run = process.run();
        return switch (process.status()) {
            case ONLINE -> state == State.PENDING ? "has not ended yet" : "is online";
            case STARTING, WAITING, STOPPING, STOPPED ->
                "is " + process.status().word();
            case LOST -> "is being looked for";
            case EXITED -> state == State.FAILED ? "ended without getting ready" : "has ended with success";
            case ERRORED -> run == null || run.exit() == null ? "failed" : failed(run.exit());
        };
    }

    /** Whether a run has ended by not being executed, for a reason that its record tells. */
    public static boolean notExecuted(Exit exit) {
        return exit instanceof Exit.Unknown(String why) && why.startsWith(NOT_EXECUTED);
    }

    private static String failed(Exit exit) {
        return exit instanceof Exit.Unknown(String why) && notExecuted(exit)
                ? "did not start: " + why.substring(NOT_EXECUTED.length())
                : "failed: " + exit.inWords();
    }

    /** Why a run was not executed, as the record of its end says it. */
    public static Exit notExecuted(String why) {
        return new Exit.Unknown(NOT_EXECUTED + why);
    }

    /** The processes that need that one, and are not at rest, by ID. */
    public static List<ManagedProcess> dependents(ManagedProcess process, Collection<ManagedProcess> all) {
        return all.stream()
                .filter(other -> other.key() != process.key() && !other.status().settled())
                .filter(other -> needs(other, process, all))
                .toList();
    }

    /** Whether one process names another among what it needs. */
    public static boolean needs(ManagedProcess one, ManagedProcess other, Collection<ManagedProcess> all) {
        return one.spec().supervision().order().after().stream()
                .anyMatch(dependency -> named(dependency.name(), all).stream().anyMatch(p -> p.key() == other.key()));
    }
}
