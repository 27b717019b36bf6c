package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Ulimit;
import java.util.Optional;
import java.util.OptionalLong;

/** What this program may do to the processes that it starts, and whom it can make them. */
public interface Rights {
    /**
     * A user of the machine.
     *
     * @param home the home directory
     * @param shell the login shell
     */
    record User(String name, long uid, long gid, String home, String shell) {}

    /** Whether it may do everything: its effective user is root. */
    boolean superuser();

    /** Its own priority, from -20 to 19, which its children have too. */
    int niceness();

    /**
     * The most to which it can raise a limit of a child; empty when there is no bound, or it cannot be told, as on macOS.
     */
    OptionalLong highest(Ulimit.Resource resource);

    /** A user, by login name or else by number; empty when there is none. */
    Optional<User> user(String nameOrNumber);

    /** The number of a group, by name or else by number; empty when there is none. */
    OptionalLong group(String nameOrNumber);

    /** The absolute path of a program of the system itself, whatever {@code PATH} says; empty when it is not there. */
    Optional<String> tool(String name);
}
