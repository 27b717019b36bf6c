package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.RowsTable;
import dev.tetra.tsm.engine.Recipes;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.spec.SecretMasking;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every recipe gives, on the fixture, exactly what docs/sql.md shows. With {@code -Dtsm.docs.write=true} that part of the
 * page is written anew in place of being checked.
 */
class RecipesTest {
    private static final Path PAGE = Path.of("docs/sql.md");
    private static final String BEGIN = "<!-- recipes: checked by RecipesTest -->\n";
    private static final Pattern VARIABLE = Pattern.compile("@([a-z]+)");

    @TempDir
    Path home;

    @Test
    void every_recipe_gives_what_the_page_shows() throws IOException, SQLException {
        String part;
        try (Store store =
                Store.open(home, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC(), null, new SecretMasking())) {
            AuditFixture.fill(home);
            part = page(store, new Recipes().all());
        }
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        assertTrue(begin > BEGIN.length(), "the page has no place for the recipes");
        if (Boolean.getBoolean("tsm.docs.write")) {
            Files.writeString(PAGE, page.substring(0, begin) + part);
            return;
        }
        assertEquals(part, page.substring(begin));
    }

    @Test
    void there_are_fifteen_at_least_and_each_begins_with_its_question() {
        List<Recipes.Recipe> all = new Recipes().all();
        assertTrue(all.size() >= 15, all.size() + " recipes");
        for (Recipes.Recipe recipe : all) {
            assertTrue(recipe.sql().startsWith("-- "), recipe.name());
            assertTrue(recipe.question().endsWith("?"), recipe.question());
        }
        assertEquals(
                all.size(), all.stream().map(Recipes.Recipe::name).distinct().count());
    }

    @Test
    void none_shows_a_secret() throws IOException, SQLException {
        try (Store store =
                Store.open(home, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC(), null, new SecretMasking())) {
            AuditFixture.fill(home);
            String part = page(store, new Recipes().all());
            for (String secret : List.of("hunter2", "k-1", "k-2", "s3cret")) {
                assertFalse(part.contains(secret), secret);
            }
        }
    }

    private static String page(Store store, List<Recipes.Recipe> recipes) throws IOException {
        StringBuilder page = new StringBuilder();
        for (Recipes.Recipe recipe : recipes) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.auditor()
                    .read(
                            Auditor.statements(recipe.sql()),
                            AuditFixture.ASKED,
                            Duration.ofSeconds(30),
                            cancel -> {},
                            () -> new RowsTable(out, 0, new Ansi(false)));
            page.append("\n### ").append(recipe.name()).append("\n\n");
            page.append("```sql\n").append(recipe.sql()).append("```\n\n```console\n");
            page.append("$ tsm sql --recipe ")
                    .append(recipe.name())
                    .append(asked(recipe))
                    .append('\n');
            page.append(out.toString(StandardCharsets.UTF_8)).append("```\n");
        }
        return page.toString();
    }

    /** What the user has to say besides; the time is that of the fixture. */
    private static String asked(Recipes.Recipe recipe) {
        StringBuilder words = new StringBuilder();
        Matcher variables = VARIABLE.matcher(recipe.sql());
        while (variables.find()) {
            String word = " --set " + variables.group(1) + "=" + AuditFixture.ASKED.get(variables.group(1));
            if (!variables.group(1).equals("now") && words.indexOf(word) < 0) {
                words.append(word);
            }
        }
        return words.toString();
    }
}
