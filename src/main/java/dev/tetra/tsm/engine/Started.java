package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import java.util.List;

/**
 * A start that went well.
 *
 * @param changed false when it ran already
 * @param notes what the user should be told
 */
public record Started(ManagedProcess process, boolean changed, List<String> notes) {}
