package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.spec.Targets;
import dev.tetra.tsm.store.Store;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the processes that a user's words mean. */
public final class Target {
    private final Store store;
    private final Host host;

    Target(Store store, Host host) {
        this.store = store;
        this.host = host;
    }

    /**
     * The processes that words mean, with numbers read as ID, port, pid in this order.
     *
     * @param namespace only processes of this one; null for any
     * @throws dev.tetra.tsm.model.TsmException.NotFound when a word means none
     * @throws dev.tetra.tsm.model.TsmException.Ambiguous when a word means several
     */
    public List<ManagedProcess> find(List<String> words, @Nullable String namespace) {
        return find(words, namespace, Targets.NumberOrder.ID_FIRST);
    }

    /**
     * Every process of a namespace; none is no error.
     *
     * @param namespace null for any
     */
    public List<ManagedProcess> in(@Nullable String namespace) {
        return store.call(tx -> tx.processes().all()).stream()
                .filter(p -> namespace == null || p.spec().namespace().equals(namespace))
                .toList();
    }

    /**
     * The processes that a word means, with a number read as port, ID, pid. Of ports only the reserved ones count: for who
     * has looked who listens, what was seen last is of no use.
     */
    List<ManagedProcess> reserved(String word, @Nullable String namespace) {
        return find(List.of(word), namespace, Targets.NumberOrder.PORT_FIRST, Map.of());
    }

    List<ManagedProcess> find(List<String> words, @Nullable String namespace, Targets.NumberOrder order) {
        return find(
                words,
                namespace,
                order,
                words.isEmpty() ? Map.of() : store.call(tx -> tx.ports().observed()));
    }

    private List<ManagedProcess> find(
            List<String> words,
            @Nullable String namespace,
            Targets.NumberOrder order,
            Map<Long, List<Observed>> observed) {
        List<Candidate> all = store.call(tx -> tx.processes().all()).stream()
                .map(p -> new Candidate(p, observed.getOrDefault(p.key(), List.of()), host))
                .toList();
        return Targets.resolve(words, namespace, all, order).stream()
                .map(Candidate::process)
                .toList();
    }

    private record Candidate(ManagedProcess process, List<Observed> observed, Host host) implements Targets.Candidate {
        @Override
        public long key() {
            return process.key();
        }

        @Override
        public int id() {
            return process.id();
        }

        @Override
        public String name() {
            return process.name();
        }

        @Override
        public String namespace() {
            return process.spec().namespace();
        }

        @Override
        public @Nullable String group() {
            return process.instances().group();
        }

        @Override
        public Collection<Integer> ports() {
            Set<Integer> ports = new HashSet<>();
            if (process.port() != null) {
                ports.add(process.port());
            }
            observed.stream().filter(o -> o.protocol().equals("tcp")).forEach(o -> ports.add(o.port()));
            return ports;
        }

        @Override
        public boolean hasPid(long pid) {
            return process.runs().stream().anyMatch(run -> has(run, pid));
        }

        private boolean has(Run run, long pid) {
            Identity leader = run.identity();
            return leader != null
                    && run.exit() == null
                    && ProcessTree.now(host).members(new ProcessTree.Scope(leader, run.token())).stream()
                            .anyMatch(member -> member.info().pid() == pid);
        }
    }
}
