package dev.tetra.tsm.repl;

import dev.tetra.tsm.repl.top.Frame;
import dev.tetra.tsm.repl.top.Key;
import dev.tetra.tsm.repl.top.TopModel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.reader.EndOfFileException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.Curses;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/**
 * The terminal while it belongs to {@code tsm top}: raw, on its alternate screen, without a cursor. It is put back by
 * {@link #close} and, when a signal ends the program, by a hook.
 */
final class TopScreen implements AutoCloseable {
    /** Longer than the parts of a key's sequence are apart, also over a network; an Escape alone is known after it. */
    private static final long ESCAPE_MILLIS = 100;

    private static final long KEY_MILLIS = 50;

    /** While the program is being ended, its thread may be held up by a terminal that takes nothing. */
    private static final long PATIENCE_MILLIS = 500;

    private final Terminal terminal;
    private final boolean colour;
    private final Queue<Top.Event> events;
    private final Display display;
    private final Thread hook = new Thread(this::leave, "restore the terminal");
    private final Thread keyReader = Thread.ofPlatform().daemon().name("keys").unstarted(this::readKeys);
    private final ReentrantLock drawing = new ReentrantLock();
    private String leaving = "";
    private @Nullable Attributes found;
    private @Nullable Size size;
    private Terminal.@Nullable SignalHandler onResize;
    private Terminal.@Nullable SignalHandler onInterrupt;
    private volatile boolean left;

    TopScreen(Terminal terminal, boolean colour, Queue<Top.Event> events) {
        this.terminal = terminal;
        this.colour = colour;
        this.events = events;
        this.display = new Display(terminal, true);
    }

    void enter() {
        leaving = leaving();
        found = terminal.getAttributes();
        Runtime.getRuntime().addShutdownHook(hook);
        terminal.enterRawMode();
        Attributes raw = terminal.getAttributes();
        // Ctrl-C is a key here; as a signal it would also go to the launcher, which waits for this program.
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
        terminal.setAttributes(raw);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.keypad_xmit);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
        onResize = terminal.handle(Terminal.Signal.WINCH, signal -> events.add(model -> Optional.empty()));
        onInterrupt = terminal.handle(Terminal.Signal.INT, signal -> events.add(model -> model.key(Key.INTERRUPT, "")));
        keyReader.start();
    }

    /** Paints what has changed since the last time. */
    void paint(TopModel model) {
        drawing.lock();
        try {
            if (left) {
                return;
            }
            Size now = terminal.getSize();
            if (!now.equals(size)) {
                size = now;
                display.resize(now);
                display.clear();
            }
            display.update(
                    new Frame(model, now.getRows(), now.getColumns(), colour, ZoneId.systemDefault()).lines(), 0);
        } finally {
            drawing.unlock();
        }
    }

    /** The next picture is painted as if nothing were on the screen. */
    void forget() {
        display.clear();
    }

    /** Looks again and again whether it is to end, so that it takes no key that is meant for who has the terminal next. */
    private void readKeys() {
        KeyMap<Key> keys = keys();
        BindingReader reader = new BindingReader(terminal.reader());
        try {
            for (int next = 0; !left && next != NonBlockingReader.EOF; ) {
                next = reader.peekCharacter(KEY_MILLIS);
                Key key = next < 0 ? null : reader.readBinding(keys);
                if (key != null) {
                    String text = reader.getLastBinding();
                    events.add(model -> model.key(key, text));
                }
            }
        } catch (IOError | EndOfFileException e) {
            // The terminal is gone: the same as its end.
        }
        events.add(model -> model.key(Key.INTERRUPT, ""));
    }

    private KeyMap<Key> keys() {
        KeyMap<Key> keys = new KeyMap<>();
        bind(keys, Key.UP, Capability.key_up, "\u001b[A", "\u001bOA");
        bind(keys, Key.DOWN, Capability.key_down, "\u001b[B", "\u001bOB");
        bind(keys, Key.PAGE_UP, Capability.key_ppage, "\u001b[5~");
        bind(keys, Key.PAGE_DOWN, Capability.key_npage, "\u001b[6~");
        bind(keys, Key.HOME, Capability.key_home, "\u001b[H", "\u001bOH", "\u001b[1~");
        bind(keys, Key.END, Capability.key_end, "\u001b[F", "\u001bOF", "\u001b[4~");
        keys.bind(Key.ENTER, "\r", "\n");
        keys.bind(Key.BACKSPACE, "\u007f", "\b");
        keys.bind(Key.INTERRUPT, "\u0003");
        keys.bind(Key.REDRAW, "\f");
        keys.bind(Key.ESCAPE, "\u001b");
        keys.setAmbiguousTimeout(ESCAPE_MILLIS);
        for (char c = ' '; c < 0x7f; c++) {
            keys.bind(Key.CHARACTER, String.valueOf(c));
        }
        keys.setUnicode(Key.CHARACTER);
        return keys;
    }

    private void bind(KeyMap<Key> keys, Key key, Capability capability, String... usual) {
        String own = KeyMap.key(terminal, capability);
        if (own != null && !own.isEmpty()) {
            keys.bind(key, own);
        }
        keys.bind(key, usual);
    }

    /** Puts the terminal back as it was found; its next user finds no trace of this one. */
    @Override
    public void close() {
        leave();
        try {
            // Bounded, as half a sequence of a key is waited for until the next key.
            keyReader.join(PATIENCE_MILLIS);
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            // The program is being ended by a signal, and the hook runs.
        }
        if (onResize != null && onInterrupt != null) {
            terminal.handle(Terminal.Signal.WINCH, onResize);
            terminal.handle(Terminal.Signal.INT, onInterrupt);
        }
    }

    private void leave() {
        boolean mine = false;
        try {
            mine = drawing.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            if (!left && found != null) {
                left = true;
                restore(found);
            }
        } finally {
            if (mine) {
                drawing.unlock();
            }
        }
    }

    private void restore(Attributes as) {
        try {
            // Not through the terminal, which a hook of its own may have closed by now.
            FileOutputStream out = new FileOutputStream(FileDescriptor.out);
            out.write(leaving.getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException e) {
            // A terminal that is gone needs nothing any more.
        }
        try {
            terminal.setAttributes(as);
        } catch (RuntimeException | IOError e) {
            // It was closed, and so has its attributes back.
        }
    }

    /** What a terminal is told when it is left. */
    private String leaving() {
        StringBuilder sequences = new StringBuilder();
        for (Capability capability :
                List.of(Capability.cursor_normal, Capability.keypad_local, Capability.exit_ca_mode)) {
            String sequence = terminal.getStringCapability(capability);
            sequences.append(sequence == null ? "" : Curses.tputs(sequence));
        }
        return sequences.toString();
    }
}
