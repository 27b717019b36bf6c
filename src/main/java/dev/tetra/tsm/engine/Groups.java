package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Naming;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.store.Tx;
import dev.tetra.tsm.supervise.Checkpoints;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Wish;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The use cases of several instances of one command (SPEC 20): each is a process, and they share a name. */
public final class Groups {
    /** The most instances of one name; far above what a machine has cores. */
    static final int MOST = 1000;

    private static final String FIELD = "SERVICE_INSTANCES";

    private final Supervision with;
    private final Store store;
    private final Supervisor supervisor;
    private final Starter starter;
    private final Keeper keeper;
    private final PortBook ports;
    private final Chain chain;
    private final Outcomes outcomes;

    Groups(Supervision with, Supervisor supervisor, Starter starter, Keeper keeper, Chain chain, Outcomes outcomes) {
        this.keeper = keeper;
        this.chain = chain;
        this.with = with;
        this.store = with.store();
        this.supervisor = supervisor;
        this.starter = starter;
        this.ports = new PortBook(with.host(), with.home());
        this.outcomes = outcomes;
    }

    /** The instances that share that name, by their numbers. */
    public List<ManagedProcess> members(String group) {
        return store.call(tx -> members(tx, group));
    }

    private static List<ManagedProcess> members(Tx tx, String group) {
        return tx.processes().all().stream()
                .filter(p -> group.equals(p.instances().group()))
                .sorted(Comparator.comparingInt(Groups::number))
                .toList();
    }

    private static int number(ManagedProcess process) {
        InstancePolicy.@Nullable Member member = process.instances().member();
        return member == null ? 0 : member.number();
    }

    /** What the database said of one instance. */
    private record Decided(ManagedProcess process, boolean fresh, Wish.@Nullable Change change) {}

    /**
     * Starts as many instances as are asked for; those of the same command that rest are run again. All of it is one
     * decision: what is refused leaves nothing.
     *
     * @throws TsmException.Conflict when a name or the port is taken, or there are such instances in another number
     */
    public List<Keeper.Result> start(StartRequest request, Caller caller) {
        return settled(begin(request, caller), request);
    }

    /** As {@link #start}, but it returns once they have been asked to run, with what they need asked before them. */
    List<Pending> begin(StartRequest request, Caller caller) {
        checkCount(request.instances().count());
        Starter.Plan plan = starter.plan(request, caller);
        String group = Starter.group(request, caller, plan);
        String service = request.origin().service();
        plan.notes()
                .addAll(chain.bringUp(
                        service == null ? List.of(group) : List.of(group, service),
                        request.supervision().order(),
                        caller));
        with.checkpoints().pass(Checkpoints.Point.BEFORE_CREATE);
        List<Decided> decided = store.decide(tx -> {
            List<ManagedProcess> present = members(tx, group);
            return present.isEmpty()
                    ? create(
                            tx,
                            request,
                            caller,
                            plan,
                            group,
                            List.of(),
                            request.instances().count())
                    : again(present, request, caller, plan, group);
        });
        with.checkpoints().pass(Checkpoints.Point.AFTER_CREATE);
        return run(decided, request, caller, plan);
    }

    /** Runs instances again that a request means by the name they share; empty when it means none. */
    public List<Keeper.Result> again(StartRequest request, Caller caller) {
        List<ManagedProcess> meant = starter.instancesMeant(request, caller);
        boolean proof = request.until() != StartRequest.Until.EXECUTED;
        return keeper.startAgain(meant, caller, proof).stream()
                .map(result -> ready(result, request))
                .toList();
    }

    private Keeper.Result ready(Keeper.Result result, StartRequest request) {
        if (result.failure() != null) {
            return result;
        }
        try {
            starter.awaited(new Started(result.process(), result.changed(), result.notes()), request);
            return result;
        } catch (TsmException e) {
            return new Keeper.Result(result.process(), result.changed(), e, result.notes());
        }
    }

    /** Starts more instances beside those that are there, as these were started. */
    List<Keeper.Result> grow(List<ManagedProcess> members, StartRequest request, Caller caller, int more) {
        checkCount(members.size() + more);
        Starter.Plan plan = starter.plan(request, caller);
        String group = Objects.requireNonNull(members.getFirst().instances().group());
        List<Decided> decided = store.decide(tx -> create(tx, request, caller, plan, group, members(tx, group), more));
        return settled(run(decided, request, caller, plan), request);
    }

    private static void checkCount(int count) {
        if (count > MOST) {
            throw new TsmException.Usage(
                    count + " are more instances than there may be of one name", "the most is " + MOST);
        }
    }

    private List<Decided> create(
            Tx tx,
            StartRequest request,
            Caller caller,
            Starter.Plan plan,
            String group,
            List<ManagedProcess> present,
            int more) {
        tx.processes().named(group).ifPresent(taken -> {
            throw new TsmException.Conflict(
                    "the name " + group + " is taken by the process " + taken.label(),
                    "choose another name (--name NAME), or delete that: tsm delete " + taken.name());
        });
        Map<String, ManagedProcess> names = new HashMap<>();
        tx.processes().all().forEach(process -> names.put(process.name(), process));
        int first = present.isEmpty() ? 0 : number(present.getLast()) + 1;
        List<ManagedProcess> there = new ArrayList<>(present);
        List<Starter.Newcomer> newcomers = new ArrayList<>();
        for (int number = first; number < first + more; number++) {
            String name = Naming.instance(group, number);
            ManagedProcess taken = names.get(name);
            if (taken != null) {
                throw new TsmException.Conflict(
                        "the name " + name + ", which an instance would get, is taken by another process: ID "
                                + taken.id(),
                        "choose another name: --name NAME");
            }
            InstancePolicy place =
                    request.instances().as(new InstancePolicy.Member(group, number), present.size() + more);
            PortBook.Choice port = port(tx, plan, request, there, number);
            newcomers.add(new Starter.Newcomer(name, port, request.supervision().with(place)));
            if (port != null) {
                // The port of the next one is chosen beside those that are given already.
                there.addAll(starter.create(tx, request, newcomers, caller, plan));
                newcomers.clear();
            }
        }
        if (!newcomers.isEmpty()) {
            there.addAll(starter.create(tx, request, newcomers, caller, plan));
        }
        return there.stream()
                .skip(present.size())
                .map(made -> new Decided(made, true, null))
                .toList();
    }

    /** With a socket that tsm shares out: the port of the others; else the base, base + 1 and so on, or the next free. */
    private PortBook.@Nullable Choice port(
            Tx tx, Starter.Plan plan, StartRequest request, List<ManagedProcess> there, int number) {
        if (plan.port() == null) {
            return null;
        }
        ManagedProcess first = there.isEmpty() ? null : there.getFirst();
        Integer present = first == null ? null : first.port();
        if (first == null || present == null) {
            return ports.choose(tx, plan.port());
        }
        PortSource source = first.portSource() == null ? PortSource.RANGE : first.portSource();
        return request.instances().listen() != null
                ? new PortBook.Choice(present, source, true)
                : ports.next(tx, Math.max(1, present - number(first) + number), source);
    }

    private List<Decided> again(
            List<ManagedProcess> present, StartRequest request, Caller caller, Starter.Plan plan, String group) {
        int asked = request.instances().count();
        boolean same = present.stream()
                .allMatch(p -> Starter.sameCommand(p, caller, plan)
                        && Objects.equals(p.spec().service(), request.origin().service()));
        boolean rest = present.stream().anyMatch(p -> p.status().settled());
        if (!same || !rest || asked != present.size()) {
            String number = present.size() == 1 ? "1 instance" : present.size() + " instances";
            throw new TsmException.Conflict(
                    same
                            ? "there " + (present.size() == 1 ? "is " : "are ") + number + " of " + group + " already"
                                    + (rest ? "" : ", and all of them run")
                            : "the name " + group + " is that of " + number + " of another command",
                    same
                            ? "tsm scale " + group + " " + asked + " changes how many there are; tsm restart " + group
                                    + " runs them anew"
                            : "choose another name: --name NAME");
        }
        return present.stream()
                .map(p -> new Decided(
                        p,
                        false,
                        p.status().settled()
                                ? starter.change(
                                        request.with(request.supervision()
                                                .with(request.instances()
                                                        .as(p.instances().member(), present.size()))),
                                        caller,
                                        plan,
                                        p.port())
                                : null))
                .toList();
    }

    /** All at the same time. */
    private List<Pending> run(List<Decided> decided, StartRequest request, Caller caller, Starter.Plan plan) {
        boolean proof = request.until() != StartRequest.Until.EXECUTED;
        List<Pending> pending = new ArrayList<>();
        for (Decided one : decided) {
            Wish.Start wish = new Wish.Start(caller.user(), proof, one.change());
            if (one.fresh()) {
                starter.openChannel(one.process(), plan);
            }
            ManagedProcess process = one.change() == null
                    ? one.process()
                    : one.process().with(one.change().spec());
            pending.add(new Pending(
                    process,
                    one.fresh() ? supervisor.runNew(one.process(), wish) : supervisor.ask(one.process(), wish),
                    plan.notes(),
                    request.until(),
                    request.patience(),
                    request.timeout() != null));
        }
        return pending;
    }

    /** What came of each that was asked to run. */
    List<Keeper.Result> settled(List<Pending> all, StartRequest request) {
        List<Keeper.Result> results = new ArrayList<>();
        for (Pending pending : all) {
            try {
                Started started = starter.awaited(outcomes.started(pending), request);
                results.add(new Keeper.Result(started.process(), started.changed(), null, started.notes()));
            } catch (TsmException e) {
                results.add(new Keeper.Result(pending.process(), false, e));
            }
        }
        return results;
    }

    /** Notes how many there are now among the options they were started with, for the next time that is read. */
    void resized(ManagedProcess member) {
        store.decide(tx -> {
            List<ManagedProcess> present =
                    members(tx, Objects.requireNonNull(member.instances().group()));
            for (ManagedProcess each : present) {
                Map<String, String> options = new TreeMap<>(tx.services().optionsOf(each.key()));
                if (options.containsKey(FIELD)) {
                    options.put(FIELD, Integer.toString(present.size()));
                    tx.services().saveOptions(each.key(), options);
                }
            }
            return present.size();
        });
    }
}
