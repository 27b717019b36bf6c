package dev.tetra.tsm.supervise;

import dev.tetra.tsm.os.SpawnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run is given besides what its spec says: descriptors, and variables that only its spawn knows. Attendants add to
 * it in their order, and the descriptors are numbered in that order.
 */
public final class Equipment implements AutoCloseable {
    private final SpawnRequest request;
    private final Map<String, String> variables = new TreeMap<>();
    private final List<SpawnRequest.Inherited> inherited;
    private final List<Runnable> afterwards = new ArrayList<>();
    private int next = SpawnRequest.FIRST_FREE;

    /** Beside what a request has already; descriptors come after its. */
    Equipment(SpawnRequest request) {
        this.request = request;
        this.inherited = new ArrayList<>(request.inherited());
        request.inherited().forEach(one -> next = Math.max(next, one.theirs() + 1));
    }

    /** Sets a variable, in place of what the environment says. */
    public void variable(String name, String value) {
        variables.put(name, value);
    }

    /**
     * Hands on a descriptor of ours, which must stay open until the spawn.
     *
     * @return the number that the run has it under: the first that is free from 3 on
     */
    public int hand(int ours) {
        int theirs = next++;
        inherited.add(new SpawnRequest.Inherited(ours, theirs));
        return theirs;
    }

    /** Has something done when the spawn is over, whatever came of it. */
    public void afterwards(Runnable step) {
        afterwards.add(step);
    }

    /** The request with all of this. */
    SpawnRequest equipped() {
        List<String> environment = new ArrayList<>(request.environment().stream()
                .filter(each -> !variables.containsKey(each.substring(0, Math.max(0, each.indexOf('=')))))
                .toList());
        variables.forEach((name, value) -> environment.add(name + "=" + value));
        return new SpawnRequest(
                request.executable(),
                request.argv(),
                environment,
                request.cwd(),
                request.stdout(),
                request.stderr(),
                request.umask(),
                inherited,
                request.mark());
    }

    @Override
    public void close() {
        afterwards.forEach(Runnable::run);
    }
}
