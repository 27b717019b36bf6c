package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The kernel's groups of processes that share a limit (cgroups(7), cgroup v2).
 *
 * <p>A base is a group that this program has made in the one that it was given, and whose children can have limits. What is
 * limited is in a child of it.
 */
public interface ControlGroups {
    /**
     * The base of that name, made ready for such limits. This program, and whatever else is directly in the group that it
     * was given, is moved into a leaf of that: a group that hands controllers to its children may have no processes itself.
     *
     * @throws TsmException.Usage when there can be none, with the reason and what to do
     */
    Path base(String name, Allowance allowance);

    /**
     * The group of that name in a base, with those limits. One that is there already gets them.
     *
     * @throws IOException when the kernel refuses it; nothing is left then
     */
    Path make(Path base, String name, Allowance allowance) throws IOException;

    /** Whether a base that was made before is there, and takes groups with such limits from this program. */
    boolean takes(Path base, Allowance allowance);

    /** The file to which a process writes its pid to enter a group. */
    Path entrance(Path group);

    /** The names of the groups in a base; none when it is not there. */
    List<String> in(Path base);

    /**
     * How many processes the kernel has killed in a group that was over its own memory limit; 0 also when that cannot be
     * told.
     */
    long killedForMemory(Path group);

    /** The most memory that a group may have, in bytes; empty when it has no such limit, or is gone. */
    OptionalLong memoryLimit(Path group);

    /** Sends SIGKILL to all processes in a group, where the kernel can do that (Linux 5.14 and later). */
    void kill(Path group);

    /** Removes a group with those in it. Returns whether it is gone; one with living processes stays. */
    boolean remove(Path group);
}
