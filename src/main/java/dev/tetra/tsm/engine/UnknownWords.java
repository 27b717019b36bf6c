package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.spec.SearchPath;
import java.util.List;
import java.util.Optional;

/** What a user may have meant whose words are no program, or no process: a service is near, or a process. */
public final class UnknownWords {
    private final ServiceBook book;
    private final Target targets;

    UnknownWords(ServiceBook book, Target targets) {
        this.book = book;
        this.targets = targets;
    }

    /** What a start of words failed of: when it is that they are no program, with what they may mean. */
    public TsmException told(List<String> words, TsmException.Failed failure, Caller caller) {
        String first = words.getFirst();
        SearchPath programs = new SearchPath(caller.cwd(), caller.path(), new RealFiles());
        boolean known = !failure.getMessage().equals("no program '" + first + "' on the PATH")
                || programs.files().isFile(programs.absolute(first));
        return known
                ? failure
                : meant(words, caller)
                        .<TsmException>map(hint -> failure.in(failure.getMessage(), hint))
                        .orElse(failure);
    }

    private Optional<String> meant(List<String> words, Caller caller) {
        String first = words.getFirst();
        List<String> services = book.all(caller::environment).services().stream()
                .map(Service::name)
                .toList();
        if (services.contains(first)) {
            List<String> rest = words.subList(1, words.size());
            boolean options = !rest.isEmpty() && rest.getFirst().startsWith("-");
            return Optional.of("there is a service " + first
                    + (options
                            ? "; options go before its name: tsm start " + CommandWords.join(rest) + " " + first
                            : ": tsm start " + first + " starts it, with no words after its name"));
        }
        if (words.size() > 1) {
            return Optional.empty();
        }
        Optional<String> process = process(first);
        return process.isPresent()
                ? process.map(name -> "there is a process " + name + ": tsm restart " + name + " runs it again")
                : Nearest.to(first, services).map(name -> "did you mean the service " + name + "?  tsm start " + name);
    }

    private Optional<String> process(String word) {
        try {
            List<ManagedProcess> found = targets.find(List.of(word), null);
            return found.size() == 1 ? Optional.of(found.getFirst().name()) : Optional.empty();
        } catch (TsmException e) {
            return Optional.empty();
        }
    }

    /** That words mean no process: with the service that one of them is. */
    public TsmException told(List<String> words, TsmException.NotFound failure, Caller caller) {
        return words.stream()
                .filter(word -> failure.getMessage().equals("no process '" + word + "'"))
                .filter(word -> book.find(word, caller::environment).service().isPresent())
                .findFirst()
                .map(word -> failure.in(
                        failure.getMessage(), "there is a service " + word + ": tsm start " + word + " starts it"))
                .orElse(failure);
    }
}
