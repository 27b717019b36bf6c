package dev.tetra.tsm.model;

import org.jspecify.annotations.Nullable;

/**
 * How many of a process there are, and what they share.
 *
 * @param count how many instances are asked for, or there are; 0 for a process that is none
 * @param member which instance it is; null in a request, and for a process that is none
 * @param listen the address on which tsm listens for it; null when it does that itself
 */
public record InstancePolicy(
        int count, @Nullable Member member, @Nullable String listen) {
    /** Nothing of the kind. */
    public static final InstancePolicy NONE = new InstancePolicy(0, null, null);

    /** The address that means all of the machine's. */
    public static final String EVERYWHERE = "*";

    /**
     * A place among the instances of a group.
     *
     * @param group the name they share
     * @param number from 0
     */
    public record Member(String group, int number) {}

    public InstancePolicy {
        if (count < 0) {
            throw new TsmException.Usage(
                    "--instances: " + count + " is no number of instances",
                    "give 1 or more, max, or -1 for all cores but one");
        }
    }

    /** The same as that instance of a group of so many. */
    public InstancePolicy as(@Nullable Member place, int of) {
        return new InstancePolicy(of, place, listen);
    }

    /** The name it shares with others; null when it shares none. */
    public @Nullable String group() {
        return member == null ? null : member.group();
    }
}
