package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Asks systemd, where there is one. */
final class SystemdUnits implements GivenGroup.Units {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final List<String> PLACES = List.of("/usr/bin/systemctl", "/bin/systemctl");

    private final Host host;
    /** Units that were given away stay so. */
    private final Set<String> given = ConcurrentHashMap.newKeySet();

    SystemdUnits(Host host) {
        this.host = host;
    }

    @Override
    public Optional<Boolean> delegated(String unit, @Nullable String user) {
        if (given.contains(user + " " + unit)) {
            return Optional.of(true);
        }
        Optional<String> program = PLACES.stream()
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst();
        // sd_booted(3)
        if (program.isEmpty() || !Files.isDirectory(Path.of("/run/systemd/system"))) {
            return Optional.empty();
        }
        List<String> words = List.of(
                "systemctl",
                user == null ? "--system" : "--user",
                "show",
                "--property=Delegate",
                "--value",
                "--",
                unit);
        List<String> environment = user == null
                ? List.of("LC_ALL=C")
                : List.of(
                        "LC_ALL=C",
                        "XDG_RUNTIME_DIR=/run/user/" + user,
                        "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/" + user + "/bus");
        try {
            HelperResult result = host.run(new HelperRequest(program.get(), words, environment, "/", LIMIT));
            return answer(result).map(yes -> {
                if (yes) {
                    given.add(user + " " + unit);
                }
                return yes;
            });
        } catch (SpawnException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Boolean> answer(HelperResult result) {
        String answer = result.stdout().strip();
        return result.exit() instanceof Exit.Code(int code) && code == 0 && answer.matches("yes|no")
                ? Optional.of(answer.equals("yes"))
                : Optional.empty();
    }
}
