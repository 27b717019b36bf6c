package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Dependency;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings up what a process needs before it is run (SPEC 19). It asks each to run, and waits for none: a supervisor holds
 * its process back until what that needs is there, so those that do not need each other start at the same time.
 */
final class Chain {
    /** The use cases it asks, which are wired later. */
    interface Starts {
        /** Asks a tracked process to run. */
        Pending again(ManagedProcess process, Caller caller);

        /** Asks for the first processes of a service. */
        List<Pending> first(Service service, Caller caller);

        /** The service of a name. */
        Optional<Service> service(String name, Caller caller);

        /** What every service is called. */
        List<String> services(Caller caller);

        /** What a process of that service needs, with the options it was started with if there is one. */
        OrderPolicy order(Service service, @Nullable ManagedProcess process, Caller caller);
    }

    private final Store store;
    private final Starts starts;
    /** Of two that need the same service, which has no process yet, one makes it. */
    private final ReentrantLock oneAtATime = new ReentrantLock();

    Chain(Store store, Starts starts) {
        this.store = store;
        this.starts = starts;
    }

    /**
     * A process, or what is to become one.
     *
     * @param names by which others mean it
     */
    private record Node(
            String name,
            Set<String> names,
            @Nullable ManagedProcess process,
            @Nullable Service service,
            OrderPolicy order) {
        /** What it is, whichever name it was found by. */
        Object identity() {
            return process != null ? Long.valueOf(process.key()) : service != null ? service.name() : this;
        }
    }

    /** One look along the chain of what a start needs. */
    private final class Walk {
        private final Node root;
        private final Caller caller;
        private final List<ManagedProcess> all;
        private final List<Node> path = new ArrayList<>();
        private final Set<Object> seen = new LinkedHashSet<>();
        private final Map<Object, Node> toStart = new LinkedHashMap<>();

        Walk(Node root, Caller caller) {
            this.root = root;
            this.caller = caller;
            this.all = store.call(tx -> tx.processes().all());
        }

        List<Node> toStart() {
            visit(root, true);
            return List.copyOf(toStart.values());
        }

        /**
         * @param starts whether it is to be run, so that what it needs must be there
         */
        private void visit(Node node, boolean starts) {
            path.add(node);
            for (Dependency dependency : node.order().after()) {
                List<Node> needed = nodes(dependency.name());
                if (needed.isEmpty() && starts) {
                    throw unknown(node, dependency);
                }
                for (Node next : needed) {
                    refuseCircle(next);
                    boolean run = starts && (next.process() == null || Needs.toBeRun(dependency, next.process()));
                    if (seen.add(next.identity()) || (run && !toStart.containsKey(next.identity()))) {
                        visit(next, run);
                    }
                    if (run) {
                        toStart.putIfAbsent(next.identity(), next);
                    }
                }
            }
            path.removeLast();
        }

        private List<Node> nodes(String name) {
            if (root.names().contains(name)) {
                return List.of(root);
            }
            List<ManagedProcess> tracked = Needs.named(name, all);
            if (!tracked.isEmpty()) {
                return tracked.stream().map(process -> node(process, caller)).toList();
            }
            return starts
                    .service(name, caller)
                    .map(service -> new Node(name, Set.of(name), null, service, starts.order(service, null, caller)))
                    .stream()
                    .toList();
        }

        private void refuseCircle(Node next) {
            for (int i = 0; i < path.size(); i++) {
                if (path.get(i).identity().equals(next.identity())) {
                    String circle = Stream.concat(path.subList(i, path.size()).stream(), Stream.of(next))
                            .map(Node::name)
                            .collect(Collectors.joining(" → "));
                    throw new TsmException.Usage(
                            "--after: a circle, in which each needs the next before it is run: " + circle,
                            "it was not started; take --after off one of them");
                }
            }
        }

        private TsmException unknown(Node node, Dependency dependency) {
            List<String> names = Stream.concat(all.stream().map(ManagedProcess::name), starts.services(caller).stream())
                    .toList();
            return new TsmException.NotFound(
                    "--after: "
                            + (node.identity().equals(root.identity())
                                    ? ""
                                    : node.name() + " needs " + dependency.name() + ": ")
                            + "there is no process or service '" + dependency.name() + "'",
                    Nearest.to(dependency.name(), names)
                                    .map(near -> "did you mean '" + near + "'? ")
                                    .orElse("")
                            + "it was not started; 'tsm list all' and 'tsm list available' show what there is");
        }
    }

    private Node node(ManagedProcess process, Caller caller) {
        String service = process.spec().service();
        OrderPolicy order = service == null
                ? process.spec().supervision().order()
                : starts.service(service, caller)
                        .map(found -> starts.order(found, process, caller))
                        .orElse(process.spec().supervision().order());
        Set<String> names = new LinkedHashSet<>();
        Stream.of(process.name(), process.instances().group(), service)
                .filter(Objects::nonNull)
                .forEach(name -> names.add(String.valueOf(name)));
        return new Node(process.name(), names, process, null, order);
    }

    /**
     * Brings up what a process needs that is to be run.
     *
     * @return notes on what was started
     * @throws TsmException.Usage for a circle; nothing was started
     * @throws TsmException.NotFound for a name of nothing; nothing was started
     * @throws TsmException.Failed when something that is needed cannot even be asked to run; those before it were
     */
    List<String> bringUp(ManagedProcess process, Caller caller) {
        return bringUp(node(process, caller), caller);
    }

    /**
     * As the other, for what is to become a process.
     *
     * @param names by which others mean it; the first is its own
     */
    List<String> bringUp(List<String> names, OrderPolicy order, Caller caller) {
        return bringUp(new Node(names.getFirst(), new LinkedHashSet<>(names), null, null, order), caller);
    }

    private List<String> bringUp(Node root, Caller caller) {
        if (root.order().after().isEmpty()) {
            return List.of();
        }
        oneAtATime.lock();
        try {
            List<String> notes = new ArrayList<>();
            for (Node node : new Walk(root, caller).toStart()) {
                String why = needs(root, node) ? ", which it needs" : ", which is needed for that";
                begin(node, root, caller)
                        .forEach(pending ->
                                notes.add("starts " + pending.process().label() + why));
            }
            return notes;
        } finally {
            oneAtATime.unlock();
        }
    }

    private static boolean needs(Node root, Node node) {
        return root.order().after().stream()
                .anyMatch(dependency -> node.process() == null
                        ? node.names().contains(dependency.name())
                        : Needs.fits(dependency.name(), node.process()));
    }

    private List<Pending> begin(Node node, Node root, Caller caller) {
        try {
            return node.process() != null
                    ? List.of(starts.again(node.process(), caller))
                    : starts.first(Objects.requireNonNull(node.service()), caller);
        } catch (TsmException e) {
            throw new TsmException.Failed(
                    root.name() + " was not started, as " + node.name() + ", which it needs, cannot be: "
                            + e.getMessage(),
                    e.hint());
        }
    }

    /** The names by which a command that is to become a process can be meant before its own is known. */
    static List<String> namesToBe(@Nullable String given, @Nullable String service, String automatic) {
        List<String> names = new ArrayList<>();
        names.add(given != null ? given : service != null ? service : automatic);
        if (service != null) {
            names.add(service);
        }
        return names.stream().distinct().toList();
    }
}
