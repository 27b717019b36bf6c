package dev.tetra.tsm.repl;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Asks the daemon, if one runs, what the last word could be; files and programs are found here. */
final class CommandCompleter implements Completer {
    private final DaemonLink link;

    CommandCompleter(DaemonLink link) {
        this.link = link;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> words = line.words();
        if (words.getFirst().equals("tsm") && words.size() > 1) {
            words = words.subList(1, words.size());
        }
        String current = words.getLast();
        if (words.size() == 1) {
            Shell.OWN.forEach((word, what) -> offer(candidates, word, what));
        }
        if (words.size() == 1 && current.startsWith("/")) {
            return;
        }
        if (words.getFirst().equals("cd") && words.size() > 1) {
            files(candidates, current, true);
            return;
        }
        List<String> question = new ArrayList<>(List.of("__complete", "--"));
        question.addAll(words);
        Gathering answer = new Gathering(link.caller());
        link.runIfThere(question, answer);
        answer.text().lines().forEach(found -> {
            int tab = found.indexOf('\t');
            String word = tab < 0 ? found : found.substring(0, tab);
            String description = tab < 0 ? "" : found.substring(tab + 1);
            if (!word.isEmpty()) {
                offer(candidates, word, description);
            } else if (description.equals("programs")) {
                Folders.programs(current, link.caller()).forEach(name -> offer(candidates, name, ""));
            } else {
                files(candidates, current, description.equals("folders"));
            }
        });
    }

    private void files(List<Candidate> candidates, String current, boolean foldersOnly) {
        for (String name : Folders.matching(current, link.caller(), foldersOnly)) {
            candidates.add(new Candidate(name, name, null, null, null, null, !name.endsWith("/")));
        }
    }

    private static void offer(List<Candidate> candidates, String word, String description) {
        candidates.add(new Candidate(
                word, word, null, description.isEmpty() ? null : description, null, null, !word.endsWith("=")));
    }
}
