package dev.tetra.tsm.repl.top;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Percent;
import dev.tetra.tsm.command.render.Sparkline;
import dev.tetra.tsm.command.render.Visible;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/** The picture of a model on a screen of some size: exactly as many lines as it has rows, none wider than it. */
public final class Frame {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    /** Below so many free rows there is no room for a log. */
    private static final int LEAST_FOR_LOG = 6;
    /** What does next to nothing is to look so. */
    private static final double LEAST_CPU = 5;

    private final TopModel model;
    private final Painter paint;
    private final int height;
    private final int width;
    private final ZoneId zone;
    private final List<AttributedString> lines = new ArrayList<>();

    /**
     * A picture to be painted.
     *
     * @param colour false for none (NO_COLOR)
     */
    public Frame(TopModel model, int height, int width, boolean colour, ZoneId zone) {
        this.model = model;
        this.paint = new Painter(colour);
        this.height = Math.max(1, height);
        this.width = Math.max(1, width);
        this.zone = zone;
    }

    /** Its lines. */
    public List<AttributedString> lines() {
        lines.clear();
        switch (model.mode()) {
            case HELP -> help();
            case LOGS -> logScreen();
            case TABLE, FILTER, CONFIRM -> tableScreen();
        }
        while (lines.size() < height - 1) {
            lines.add(AttributedString.EMPTY);
        }
        if (height > 2) {
            lines.add(fit(status()));
        }
        return List.copyOf(lines.subList(0, Math.min(height, lines.size())));
    }

    /** All of it as plain text, of whatever height it takes: every process, and the end of the chosen one's log. */
    public static String text(TopModel model, int width, int logLines, ZoneId zone) {
        Frame frame = new Frame(model, Integer.MAX_VALUE, width, false, zone);
        frame.lines.add(frame.fit(frame.title()));
        frame.table(Math.max(1, model.rows().size()), false);
        frame.logPane(logLines);
        // without bars: of a picture painted once they would show nothing
        return frame.lines.stream()
                .map(line -> line.toString().stripTrailing() + "\n")
                .collect(Collectors.joining());
    }

    private void tableScreen() {
        lines.add(fit(title()));
        int free = height - 3;
        if (free < 1) {
            table(height - 1 - lines.size(), true);
            return;
        }
        int count = Math.max(1, model.rows().size());
        boolean log = free >= LEAST_FOR_LOG && model.chosen().isPresent();
        int rows = log ? Math.min(count, Math.max(3, free / 2)) : free;
        table(rows, true);
        if (log) {
            logPane(free - rows - 1);
        }
    }

    private AttributedStringBuilder title() {
        List<ProcessRow> all = model.seen().rows();
        double cpu = all.stream()
                .map(ProcessRow::cpuPercent)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sum();
        long memory = all.stream()
                .map(ProcessRow::memoryBytes)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
        String clock = model.seen().rows().isEmpty() && model.seen().at().getEpochSecond() == 0
                ? "--:--:--"
                : CLOCK.format(model.seen().at().atZone(zone));
        AttributedStringBuilder title = new AttributedStringBuilder();
        title.append("tsm top", Painter.BOLD).append("  ").append(clock).append("  ");
        title.append(all.size() + (all.size() == 1 ? " process" : " processes"));
        all.stream()
                .collect(Collectors.groupingBy(ProcessRow::status, TreeMap::new, Collectors.counting()))
                .forEach((status, count) -> title.append(", ")
                        .append(count + " " + status, status.equals("errored") ? paint.red() : Painter.PLAIN));
        title.append("  CPU ").append(Percent.human(cpu)).append("  memory ").append(Bytes.human(memory));
        return title;
    }

    private void table(int height, boolean bars) {
        List<ProcessRow> rows = model.rows();
        Layout layout = new Layout(rows, model.order(), width, bars);
        if (height > 0) {
            lines.add(fit(header(layout)));
        }
        if (rows.isEmpty() && height > 0) {
            lines.add(fit(new AttributedStringBuilder().append(" ").append(nothing(), paint.dim())));
            blanks(height - 1);
            return;
        }
        int first = model.firstRow(Math.max(1, height));
        for (int i = first; i < Math.min(rows.size(), first + height); i++) {
            lines.add(fit(row(rows.get(i), i == model.chosenIndex(), layout)));
        }
        blanks(first + height - rows.size());
    }

    private void blanks(int count) {
        for (int i = 0; i < count && count < Short.MAX_VALUE; i++) {
            lines.add(AttributedString.EMPTY);
        }
    }

    private String nothing() {
        if (model.seen().at().getEpochSecond() == 0) {
            return "waiting for the daemon";
        }
        int tracked = model.seen().rows().size();
        if (tracked == 0) {
            return "there are no processes yet; tsm start COMMAND starts one";
        }
        return model.filter().isEmpty()
                ? "no process runs; the key a shows the " + tracked + " at rest"
                : "no process fits the filter";
    }

    private AttributedStringBuilder header(Layout layout) {
        AttributedStringBuilder line = new AttributedStringBuilder().append(" ");
        cells(
                layout,
                line,
                column -> switch (column) {
                    case CPU_BARS -> barsHeader("CPU, ", layout.width(column));
                    case MEMORY_BARS -> barsHeader("Memory, ", layout.width(column));
                    default -> column.header(model.order());
                },
                column -> Painter.BOLD);
        return line;
    }

    private static String barsHeader(String what, int width) {
        String seconds = "last " + width + " s";
        return what.length() + seconds.length() <= width ? what + seconds : seconds;
    }

    private AttributedStringBuilder row(ProcessRow row, boolean chosen, Layout layout) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        line.append(chosen ? ">" : " ", Painter.BOLD);
        cells(
                layout,
                line,
                column -> switch (column) {
                    case CPU_BARS -> bars(model.history().cpu(row.key(), layout.width(column)), LEAST_CPU);
                    case MEMORY_BARS -> bars(model.history().memory(row.key(), layout.width(column)), 1);
                    default -> column.text(row);
                },
                column ->
                        model.isLost() || (row.atRest() && column != Column.STATUS) ? paint.dim() : style(column, row));
        if (!chosen) {
            return line;
        }
        AttributedStringBuilder whole = new AttributedStringBuilder();
        whole.append(line.toString());
        whole.append(" ".repeat(Math.max(0, width - line.columnLength())));
        AttributedString plain = whole.toAttributedString();
        return new AttributedStringBuilder().append(plain.toString(), Painter.PLAIN.inverse());
    }

    private static String bars(List<? extends @Nullable Number> numbers, double least) {
        double most = numbers.stream()
                .filter(Objects::nonNull)
                .mapToDouble(Number::doubleValue)
                .max()
                .orElse(0);
        return Sparkline.of(numbers, Math.max(most, least));
    }

    private AttributedStyle style(Column column, ProcessRow row) {
        return switch (column) {
            case NAME -> Painter.BOLD;
            case STATUS -> paint.status(row.status());
            case CPU_BARS, MEMORY_BARS -> paint.cyan();
            default -> Painter.PLAIN;
        };
    }

    private interface Text {
        String of(Column column);
    }

    private interface Look {
        AttributedStyle of(Column column);
    }

    private static void cells(Layout layout, AttributedStringBuilder line, Text text, Look style) {
        String gap = "";
        for (Column column : layout.columns()) {
            int columnWidth = layout.width(column);
            String shown = Visible.cut(text.of(column), columnWidth);
            String padding = " ".repeat(Math.max(0, columnWidth - Visible.width(shown)));
            // the newest bar stands at the right, below the one of the line before
            boolean right = column.right() || (column.bars() && !shown.contains("last"));
            line.append(gap).append(right ? padding : "");
            line.append(shown, style.of(column)).append(right ? "" : padding);
            gap = " ".repeat(layout.gap());
        }
    }

    private void logPane(int height) {
        Optional<ProcessRow> chosen = model.chosen();
        if (chosen.isEmpty() || height < 0) {
            return;
        }
        String head = "━━ log of " + Visible.line(chosen.get().label()) + " ";
        String rule = head + "━".repeat(Math.max(0, Math.min(width, 500) - Visible.width(head)));
        lines.add(fit(new AttributedStringBuilder().append(rule, paint.dim())));
        List<LogText> logs = model.logs();
        for (LogText line : logs.subList(Math.max(0, logs.size() - height), logs.size())) {
            lines.add(fit(logLine(line)));
        }
    }

    private AttributedStringBuilder logLine(LogText line) {
        return new AttributedStringBuilder()
                .append(line.error() ? "err" : "out", line.error() ? paint.red() : paint.dim())
                .append(" | ", paint.dim())
                .append(line.text());
    }

    private void logScreen() {
        int room = height - 2;
        List<AttributedString> wrapped = new ArrayList<>();
        for (LogText line : model.logs()) {
            wrapped.addAll(logLine(line).toAttributedString().columnSplitLength(Math.max(2, width)));
        }
        int up = model.logsUp(wrapped.size(), Math.max(1, room));
        String name = model.chosen().map(ProcessRow::label).orElse("nothing");
        lines.add(fit(new AttributedStringBuilder()
                .append("log of " + Visible.line(name), Painter.BOLD)
                .append(up == 0 ? ", following" : ", " + up + " lines from the end")));
        int end = wrapped.size() - up;
        wrapped.subList(Math.max(0, end - Math.max(0, room)), Math.max(0, end)).forEach(line -> lines.add(fit(line)));
    }

    private void help() {
        for (String line : Help.TEXT.lines().toList()) {
            lines.add(fit(new AttributedStringBuilder().append(line)));
        }
        while (lines.size() > height - 1 && !lines.isEmpty()) {
            lines.removeLast();
        }
    }

    private AttributedStringBuilder status() {
        AttributedStringBuilder line = new AttributedStringBuilder();
        String name = model.chosen().map(ProcessRow::label).orElse("");
        switch (model.mode()) {
            case FILTER -> {
                return line.append("filter: ", Painter.BOLD)
                        .append(model.filter() + "_")
                        .append("   Enter keeps it, Esc removes it", paint.dim());
            }
            case CONFIRM -> {
                return line.append("stop " + Visible.line(name) + "? y/n", Painter.BOLD);
            }
            case TABLE, LOGS, HELP -> {}
        }
        Optional<TopModel.Message> message = model.message();
        if (message.isPresent()) {
            return line.append(message.get().text(), message.get().error() ? paint.red() : Painter.BOLD);
        }
        return switch (model.mode()) {
            case HELP -> line.append("any key leads back", paint.dim());
            case LOGS -> line.append("↑↓ PgUp PgDn Home End  s stop  r restart  Esc back", paint.dim());
            default -> {
                if (!model.filter().isEmpty()) {
                    line.append("filter: " + model.filter() + "  ", Painter.BOLD);
                }
                yield line.append(
                        "q quit  s stop  r restart  l log  / filter  <> order  a "
                                + (model.showsAll() ? "running" : "all") + "  h help",
                        paint.dim());
            }
        };
    }

    private AttributedString fit(AttributedStringBuilder line) {
        return fit(line.toAttributedString());
    }

    private AttributedString fit(AttributedString whole) {
        if (whole.columnLength() <= width) {
            return whole;
        }
        AttributedString cut = whole.columnSubSequence(0, width);
        // a character of two columns at the edge is no part of it
        return cut.columnLength() <= width ? cut : whole.columnSubSequence(0, width - 1);
    }
}
