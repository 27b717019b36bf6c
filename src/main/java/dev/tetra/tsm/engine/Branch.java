package dev.tetra.tsm.engine;

import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One process of a tree.
 *
 * @param depth how many of its ancestors are in the tree, from 0
 * @param words its command; its short name in brackets when it has none, as a zombie
 * @param memoryBytes its resident memory
 */
public record Branch(int depth, long pid, long ppid, List<String> words, long memoryBytes) {
    public Branch {
        words = List.copyOf(words);
    }

    /** The processes with each below its parent; those whose parent is not among them stand at depth 0. */
    static List<Branch> of(List<ProcessInfo> tree, Host host) {
        List<Branch> branches = new ArrayList<>();
        Set<Long> pids = new HashSet<>();
        tree.forEach(info -> pids.add(info.pid()));
        for (ProcessInfo info : tree) {
            if (!pids.contains(info.ppid())) {
                add(info, 0, tree, host, branches);
            }
        }
        return branches;
    }

    private static void add(ProcessInfo info, int depth, List<ProcessInfo> tree, Host host, List<Branch> to) {
        List<String> words = host.commandLine(info.pid());
        to.add(new Branch(
                depth,
                info.pid(),
                info.ppid(),
                words.isEmpty() ? List.of("[" + info.comm() + "]") : words,
                info.rssBytes()));
        for (ProcessInfo child : tree) {
            if (child.ppid() == info.pid() && child.pid() != info.pid()) {
                add(child, depth + 1, tree, host, to);
            }
        }
    }
}
