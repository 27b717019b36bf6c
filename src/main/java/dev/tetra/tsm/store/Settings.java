package dev.tetra.tsm.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Settings of the home, by name. */
public final class Settings {
    private final Handle handle;

    Settings(Handle handle) {
        this.handle = handle;
    }

    /** The value of a setting. */
    public Optional<String> get(String name) {
        return handle.createQuery("SELECT text FROM tsm.setting WHERE name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .findOne();
    }

    /** Forgets one. Returns whether it was set. */
    public boolean remove(String name) {
        return handle.createUpdate("DELETE FROM tsm.setting WHERE name = :name")
                        .bind("name", name)
                        .execute()
                > 0;
    }

    /** Sets one. */
    public void put(String name, String text) {
        handle.createUpdate("MERGE INTO tsm.setting (name, text) VALUES (:name, :text)")
                .bind("name", name)
                .bind("text", text)
                .execute();
    }
}
