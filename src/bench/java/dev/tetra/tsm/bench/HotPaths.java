package dev.tetra.tsm.bench;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.os.ProcessTable;
import dev.tetra.tsm.spec.Classification;
import dev.tetra.tsm.spec.Classified;
import dev.tetra.tsm.spec.PatternFile;
import dev.tetra.tsm.spec.Patterns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What every {@code start} and every {@code list} does, one by one. Runs with the daemon's JVM options, as a figure of
 * another compiler would say nothing about it: {@code mvn -q -Pbench test-compile exec:exec}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 2,
        jvmArgs = {
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms8m",
            "-Xmx96m",
            "--enable-native-access=ALL-UNNAMED"
        })
public class HotPaths {
    private static final int ROWS = 100;

    private Patterns patterns = new Patterns(List.of(), List.of());
    private Classified known = command("python3", "-m", "http.server");
    private Classified unknown = command("/usr/bin/some-program", "--with", "options");
    private Host host = Hosts.forThisMachine();

    /** The built-in patterns. */
    @Setup
    public void load() throws IOException {
        patterns = new Patterns(
                PatternFile.parse(Files.readString(Path.of("patterns.txt")), "patterns.txt", true)
                        .patterns(),
                List.of());
    }

    /** Ends what the host has started. */
    @TearDown
    public void end() throws IOException {
        host.close();
    }

    private static Classified command(String... words) {
        List<String> argv = List.of(words);
        return new Classified(argv, argv, argv, argv.getFirst(), Kind.BINARY, null, null, false, List.of());
    }

    /** A command that a pattern fits. */
    @Benchmark
    public Classification classify() {
        return patterns.classify(known);
    }

    /** A command that no pattern fits, so that all are tried. */
    @Benchmark
    public Classification classifyUnknown() {
        return patterns.classify(unknown);
    }

    /** The table of {@code list} with 100 rows, as for a program. */
    @Benchmark
    public String render() {
        Table table = new Table(
                Column.right("ID"),
                Column.left("Name").shortened(),
                Column.left("Env").shortened(),
                Column.right("PID"),
                Column.right("Port"),
                Column.left("Type"),
                Column.left("Status"),
                Column.right("Restarts"),
                Column.right("CPU"),
                Column.right("Memory"),
                Column.right("Uptime"));
        for (int row = 0; row < ROWS; row++) {
            table.row(
                    Cell.of(row),
                    Cell.of("my-api-http-" + (8000 + row)),
                    Cell.of("dev"),
                    Cell.of(10_000 + row),
                    Cell.of(8000 + row),
                    Cell.of("port"),
                    Cell.of("online", Style.GREEN),
                    Cell.of(0),
                    Cell.of("0.0%"),
                    Cell.of("20.5 MB"),
                    Cell.of("3m 10s"));
        }
        return table.render(0, new Ansi(false));
    }

    /** One look at all processes of the machine; how many there are is in the result. */
    @Benchmark
    public ProcessTable scan() {
        return host.processes();
    }
}
