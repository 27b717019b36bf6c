package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Naming;
import dev.tetra.tsm.spec.ServiceFile;
import dev.tetra.tsm.store.Services.Field;
import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The definitions of services. The database is what counts; it follows the files in {@code services-available}, which are
 * looked at whenever services are. A version of a file that is wrong changes nothing.
 */
public final class ServiceBook {
    private static final int MOST_BYTES = 256 * 1024;
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private final Store store;
    private final ServiceRules rules;
    private final Path folder;
    /** For those who look whether there is one of a name and write it then, in the database or as a file. */
    private final ReentrantLock definitions = new ReentrantLock();

    ServiceBook(Store store, ServiceRules rules, Path home) {
        this.store = store;
        this.rules = rules;
        this.folder = home.resolve("services-available");
    }

    /** One service, and what is wrong with its file. */
    public record Found(Optional<Service> service, @Nullable TsmException problem) {}

    /** All services, and what is wrong with which file. */
    public record Page(List<Service> services, Map<String, TsmException> problems) {}

    /** A problem as a warning beside something else, on one line with its hint. */
    public static String warning(TsmException problem) {
        return problem.getMessage() + (problem.hint().isEmpty() ? "" : " (" + problem.hint() + ")");
    }

    /** The folder with the files. */
    public Path folder() {
        return folder;
    }

    /** The file of a service. */
    public Path file(String name) {
        return folder.resolve(name + ServiceFile.ENDING);
    }

    /** What the fields are. */
    public ServiceRules rules() {
        return rules;
    }

    /**
     * A service by its exact name, as its file is now.
     *
     * @param environment where a file's variables come from; asked for only when a file has changed
     */
    public Found find(String name, Supplier<Map<String, String>> environment) {
        if (!Naming.isValid(name)) {
            return new Found(Optional.empty(), null);
        }
        @Nullable TsmException problem = follow(name, environment);
        return new Found(store.call(tx -> tx.services().named(name)), problem);
    }

    /**
     * A service that must be there.
     *
     * @throws TsmException.NotFound when there is none of that name
     * @throws TsmException.Failed when its file was wrong from the beginning
     */
    public Service get(String name, Supplier<Map<String, String>> environment) {
        Found found = find(name, environment);
        if (found.service().isEmpty() && found.problem() != null) {
            throw found.problem();
        }
        return found.service().orElseThrow(() -> notFound(name));
    }

    private TsmException.NotFound notFound(String name) {
        List<String> names = store.call(tx -> tx.services().all()).stream()
                .map(Service::name)
                .toList();
        return new TsmException.NotFound(
                "there is no service '" + name + "'",
                dev.tetra.tsm.spec.Nearest.to(name, names)
                                .map(n -> "did you mean " + n + "?  ")
                                .orElse("")
                        + (names.isEmpty()
                                ? "tsm service add NAME COMMAND makes one, and so does a file " + folder + "/NAME.tsm"
                                : "tsm list available shows them"));
    }

    /** All services by name, as their files are now. */
    public Page all(Supplier<Map<String, String>> environment) {
        Map<String, TsmException> problems = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        boolean readable = true;
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ServiceFile.ENDING) && !name.startsWith("."))
                    .map(name -> name.substring(0, name.length() - ServiceFile.ENDING.length()))
                    .forEach(names::add);
        } catch (NoSuchFileException e) {
            // none yet
        } catch (NotDirectoryException e) {
            readable = false;
            problems.put("", unreadable(folder, "it is no folder"));
        } catch (IOException e) {
            readable = false;
            problems.put("", unreadable(folder, IoReason.of(e)));
        }
        if (readable) {
            store.call(tx -> tx.services().all()).stream()
                    .filter(Service::fromFile)
                    .forEach(service -> names.add(service.name()));
        }
        for (String name : names) {
            @Nullable TsmException problem = Naming.isValid(name) ? follow(name, environment) : badName(name);
            if (problem != null) {
                problems.put(name, problem);
            }
        }
        return new Page(store.call(tx -> tx.services().all()), problems);
    }

    private TsmException badName(String name) {
        return new TsmException.Failed(
                file(name) + ": '" + name + "' can't be a service's name",
                "call the file by letters, digits, '.', '_' and '-'");
    }

    /** Takes a file's present text over; returns what is wrong with it. */
    private @Nullable TsmException follow(String name, Supplier<Map<String, String>> environment) {
        Path file = file(name);
        Optional<Service> known = store.call(tx -> tx.services().named(name));
        try {
            byte[] bytes = read(file);
            String hash = hash(bytes);
            if (known.isPresent() && hash.equals(known.get().fileHash())) {
                return null;
            }
            Map<String, String> fields = rules.check(
                    name,
                    file.toString(),
                    ServiceFile.parse(RawText.decode(bytes), file.toString(), environment.get()));
            save(name, fields, hash, (known.isPresent() ? "changed in " : "read from ") + file, Origin.TSM);
            return null;
        } catch (NoSuchFileException e) {
            if (known.isPresent() && known.get().fromFile()) {
                store.run(tx -> {
                    // Meanwhile it may have been defined anew.
                    if (sameFile(tx.services().named(name), known)) {
                        tx.services().remove(name);
                        tx.journal().configEvent(Origin.TSM, "service " + name + " removed: " + file + " is gone");
                    }
                });
            }
            return null;
        } catch (IOException e) {
            return unreadable(file, IoReason.of(e));
        } catch (TsmException e) {
            return known.isEmpty()
                    ? e
                    : new TsmException.Failed(e.getMessage() + "; the definition from before counts", e.hint());
        }
    }

    private static boolean sameFile(Optional<Service> one, Optional<Service> other) {
        return one.isPresent()
                && other.isPresent()
                && Objects.equals(one.get().fileHash(), other.get().fileHash());
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("it is no regular file");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("it is larger than " + MOST_BYTES / 1024 + " KiB");
        }
        return Files.readAllBytes(file);
    }

    private static TsmException unreadable(Path file, String why) {
        return new TsmException.Failed(file + " cannot be read: " + why, "look at its rights, or move it away");
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void save(String name, Map<String, String> fields, @Nullable String hash, String what, Origin origin) {
        Map<String, Field> both = new TreeMap<>();
        fields.forEach((field, value) -> both.put(field, new Field(value, rules.shown(field, value))));
        store.decide(tx -> {
            tx.services().save(name, both, hash);
            tx.journal().configEvent(origin, "service " + name + " " + what);
            return name;
        });
    }

    /**
     * Defines a service by a command.
     *
     * @param replace in place of one of that name
     * @throws TsmException.Conflict when there is one, or a file says what it is
     * @throws TsmException.Usage for a name or a value that is wrong
     */
    public Service add(String name, Map<String, String> fields, boolean replace, Caller caller) {
        ServiceRules.checkName(name);
        rules.check(name, fields);
        find(name, caller::environment);
        definitions.lock();
        try {
            Optional<Service> known = store.call(tx -> tx.services().named(name));
            if (Files.exists(file(name), LinkOption.NOFOLLOW_LINKS)
                    || known.map(Service::fromFile).orElse(false)) {
                throw new TsmException.Conflict(
                        "the service " + name + " follows its file " + file(name),
                        "change that file, or remove it first: tsm service rm " + name);
            }
            refuseSecond(name, known.isPresent() && !replace);
            save(name, fields, null, "defined by " + caller.user(), Origin.USER);
        } finally {
            definitions.unlock();
        }
        return get(name, caller::environment);
    }

    private static void refuseSecond(String name, boolean second) {
        if (second) {
            throw new TsmException.Conflict(
                    "there is a service " + name + " already",
                    "--replace takes its place; tsm show " + name + " shows it");
        }
    }

    /**
     * Takes a file over into {@code services-available}.
     *
     * @throws TsmException.Failed when it cannot be read or is wrong, with file and line
     * @throws TsmException.Conflict when there is another service of that name and it is not to be replaced
     */
    public Service importFile(String path, boolean replace, Caller caller) {
        Path source = Path.of(caller.cwd()).resolve(path).normalize();
        byte[] bytes;
        try {
            bytes = read(source);
        } catch (NoSuchFileException e) {
            throw new TsmException.Failed("there is no file " + source, "check the path");
        } catch (IOException e) {
            throw unreadable(source, IoReason.of(e));
        }
        List<ServiceFile.Assignment> assignments =
                ServiceFile.parse(RawText.decode(bytes), source.toString(), caller.environment());
        String name = name(source, assignments);
        ServiceRules.checkName(name);
        rules.check(name, source.toString(), assignments);
        Path target = file(name);
        definitions.lock();
        try {
            Optional<Service> known = find(name, caller::environment).service();
            boolean same = known.isPresent() && hash(bytes).equals(known.get().fileHash());
            boolean own = target.equals(source);
            refuseSecond(name, (known.isPresent() || Files.exists(target)) && !same && !replace && !own);
            if (!own) {
                makeFolder();
                write(target, bytes);
            }
        } finally {
            definitions.unlock();
        }
        return get(name, caller::environment);
    }

    private static String name(Path source, List<ServiceFile.Assignment> assignments) {
        String file = source.getFileName().toString();
        String stem = file.endsWith(ServiceFile.ENDING)
                ? file.substring(0, file.length() - ServiceFile.ENDING.length())
                : file;
        return assignments.stream()
                .filter(a -> a.name().equals(ServiceFile.NAME) && !a.value().isEmpty())
                .map(ServiceFile.Assignment::value)
                .findFirst()
                .orElse(stem);
    }

    private void makeFolder() {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new TsmException.Failed(
                    folder + " cannot be made: " + IoReason.of(e), "look at the rights of its folder");
        }
    }

    private static void write(Path target, byte[] bytes) {
        try {
            Path folder = Objects.requireNonNull(target.getParent());
            Path draft = Files.createTempFile(
                    folder, "." + target.getFileName() + ".", ".new", PosixFilePermissions.asFileAttribute(PRIVATE));
            try {
                Files.write(draft, bytes);
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new TsmException.Failed(
                    target + " cannot be written: " + IoReason.of(e), "look at its folder and the rights of that");
        }
    }

    /**
     * Removes a service, and its file if it has one. Processes that were started from it go on.
     *
     * @return the file that was removed, if there was one
     */
    public Optional<Path> remove(String name, Caller caller) {
        Found found = find(name, caller::environment);
        Path file = file(name);
        boolean hasFile = Naming.isValid(name) && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        if (found.service().isEmpty() && !hasFile) {
            throw notFound(name);
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new TsmException.Failed(
                    file + " cannot be removed: " + IoReason.of(e), "look at the rights of its folder");
        }
        store.run(tx -> {
            tx.services().enable(name, false);
            tx.services().remove(name);
            tx.journal().configEvent(Origin.USER, "service " + name + " removed by " + caller.user());
        });
        return hasFile ? Optional.of(file) : Optional.empty();
    }

    /**
     * Says whether a service starts with the daemon. Returns whether that was otherwise before.
     *
     * @throws TsmException.Failed when it says no folder, so that nobody could know where to start it
     */
    public boolean enable(String name, boolean enabled, Caller caller) {
        Service service = get(name, caller::environment);
        if (enabled && !service.fields().containsKey(ServiceFile.DIR)) {
            throw new TsmException.Failed(
                    "the service " + name + " has no folder, so it cannot start by itself",
                    service.fromFile()
                            ? "add SERVICE_DIR=/path/to/it to " + file(name)
                            : "define it with --dir: tsm service add --replace");
        }
        if (service.enabled() == enabled) {
            return false;
        }
        store.run(tx -> {
            tx.services().enable(name, enabled);
            tx.journal()
                    .configEvent(
                            Origin.USER,
                            "service " + name + (enabled ? " enabled by " : " disabled by ") + caller.user());
        });
        return true;
    }

    /** A file's text that says what a service is. */
    public String export(Service service, boolean reveal) {
        return ServiceFile.write("tsm service " + service.name(), rules.shown(service, reveal));
    }

    /** Whether something in a service is shown masked. */
    public boolean hasSecrets(Service service) {
        return !rules.shown(service, true).equals(rules.shown(service, false));
    }

    /**
     * Writes a service's definition to a file that is the user's alone.
     *
     * @throws TsmException.Conflict when there is such a file and it is not to be replaced
     */
    public Path exportTo(Service service, String path, boolean replace, Caller caller) {
        Path target = Path.of(caller.cwd()).resolve(path).normalize();
        if (Files.isDirectory(target)) {
            target = target.resolve(service.name() + ServiceFile.ENDING);
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !replace) {
            throw new TsmException.Conflict(target + " is there already", "--replace takes its place");
        }
        write(target, RawText.encode(export(service, true)));
        return target;
    }
}
