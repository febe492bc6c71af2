package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reflow.ops.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema that the migrations make, and what releases may do to each other by it. */
class MigrationsTest {
    private static final Path FILES = Path.of("src/main/resources/db/migration");
    private static final Pattern NUMBER = Pattern.compile("V(\\d+)__.*\\.sql");
    /** What the last release relies on. */
    private static final Path RELEASED = Path.of("src/test/resources/released-schema.txt");

    private static final String COLUMNS = """
            select format('%s.%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod)),
                a.attnotnull and not a.atthasdef and a.attidentity = ''
            from pg_attribute a join pg_class c on c.oid = a.attrelid
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
                and c.relname <> 'flyway_schema_history'
            """;
    private static final String FUNCTIONS = """
            select format('%s returns %s', p.oid::regprocedure, pg_get_function_result(p.oid)), false
            from pg_proc p where p.pronamespace = 'public'::regnamespace
            """;

    private static final String BODY = "select prosrc from pg_proc where proname = 'next_updated_at'";

    @TempDir
    static Path temp;

    private static EmbeddedDatabase database;

    @BeforeAll
    static void startDatabase() throws Exception {
        database = EmbeddedDatabase.start(temp.toRealPath().resolve("database"));
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void migrate() throws SQLException {
        execute("drop schema public cascade; create schema public; grant usage on schema public to reflow_request");
        flyway().load().migrate();
    }

    private static FluentConfiguration flyway() {
        return Flyway.configure()
                .dataSource(url(), database.user(), database.password())
                .locations("filesystem:" + FILES);
    }

    private static String url() {
        return "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.database();
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), database.user(), database.password());
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private record Found(String text, boolean needed) {}

    /** @param sql for a text and, if there is one, a truth */
    private static List<Found> query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Found> found = new ArrayList<>();
            while (rows.next()) {
                found.add(new Found(rows.getString(1), rows.getMetaData().getColumnCount() > 1 && rows.getBoolean(2)));
            }
            return found;
        }
    }

    private static String text(String sql) throws SQLException {
        return query(sql).get(0).text();
    }

    private static List<String> files() throws Exception {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void readinessLooksForTheNewestMigrationAndTheFunctionsOfThisRelease() throws Exception {
        assertThat(files().stream()
                        .map(NUMBER::matcher)
                        .filter(Matcher::matches)
                        .mapToInt(migration -> Integer.parseInt(migration.group(1)))
                        .max())
                .hasValue(SchemaCheck.VERSION);
        assertThat(files().stream().filter(file -> file.startsWith("R")))
                .containsExactlyElementsOf(SchemaCheck.REPEATABLE);
        Set<Integer> applied = query("select checksum from flyway_schema_history where version is null").stream()
                .map(found -> Integer.valueOf(found.text()))
                .collect(Collectors.toSet());
        assertThat(SchemaCheck.lack(SchemaCheck.VERSION, applied)).isEmpty();
        assertThat(SchemaCheck.lack(SchemaCheck.VERSION - 1, applied))
                .hasValueSatisfying(lack -> assertThat(lack).contains("needs " + SchemaCheck.VERSION));
    }

    @Test
    void functionsOfAnEarlierReleaseAreNotEnoughAndThoseOfALaterOneAre() {
        Set<Integer> applied = new HashSet<>();
        SchemaCheck.REPEATABLE.forEach(script -> applied.add(SchemaCheck.checksum(script)));
        applied.add(17); // the next release has changed them
        assertThat(SchemaCheck.lack(SchemaCheck.VERSION, applied)).isEmpty();
        assertThat(SchemaCheck.lack(SchemaCheck.VERSION + 1, Set.of())).isEmpty();
        applied.remove(SchemaCheck.checksum("R__functions.sql"));
        assertThat(SchemaCheck.lack(SchemaCheck.VERSION, applied)).isPresent();
    }

    /** By hand: as the next release would leave it. */
    private static void migrateToTheNextRelease(boolean withNumber) throws SQLException {
        if (withNumber) {
            execute(
                    "insert into flyway_schema_history (installed_rank, version, description, type, script, installed_by,"
                            + " execution_time, success) values (9999, " + (SchemaCheck.VERSION + 1)
                            + ", 'next', 'SQL', 'V__next.sql', 'test', 0, true)");
        }
        execute("update flyway_schema_history set checksum = 17 where script = 'R__functions.sql'");
        execute("create or replace function next_updated_at(before timestamptz) returns timestamptz language sql"
                + " as 'select before /* newer */'");
    }

    @Test
    void functionsOfANewerReleaseAreLeftAlone() throws Exception {
        migrateToTheNextRelease(true);
        FluentConfiguration flyway = flyway();
        new NewerSchema(true).customize(flyway);
        assertThat(flyway.load().migrate().migrationsExecuted).isZero();
        assertThat(text(BODY)).contains("newer");
    }

    /** The newer release was not done when this one looked. */
    @Test
    void functionsOfANewerReleaseAreLeftAloneThatComesInBetween() throws Exception {
        FluentConfiguration flyway = flyway();
        new NewerSchema(true).customize(flyway);
        migrateToTheNextRelease(true);
        assertThatThrownBy(() -> flyway.load().migrate()).hasStackTraceContaining("a newer release");
        assertThat(text(BODY)).contains("newer");
    }

    @Test
    void functionsOfAnOlderReleaseAreMadeAnew() throws Exception {
        migrateToTheNextRelease(false);
        FluentConfiguration flyway = flyway();
        new NewerSchema(true).customize(flyway);
        assertThat(flyway.load().migrate().migrationsExecuted).isEqualTo(1);
        assertThat(text(BODY)).doesNotContain("newer");
    }

    /**
     * The last release goes on working on this schema while this one is rolled out. With each release, and until the
     * first one after each change: {@code ./mvnw test -Dtest=MigrationsTest -Dschema.refresh}.
     */
    @Test
    void nothingIsGoneThatTheLastReleaseUses() throws Exception {
        List<Found> here = new ArrayList<>(query(COLUMNS));
        here.addAll(query(FUNCTIONS));
        List<String> texts = here.stream().map(Found::text).sorted().toList();
        if (System.getProperty("schema.refresh") != null) {
            Files.write(RELEASED, texts);
        }
        List<String> released = Files.readAllLines(RELEASED);
        assertThat(released).hasSizeGreaterThan(150);
        assertThat(texts).containsAll(released);
        assertThat(here.stream()
                        .filter(each -> each.needed() && !released.contains(each.text()))
                        .filter(each -> isInAReleasedTable(each.text(), released)))
                .as("new columns that the last release does not fill")
                .isEmpty();
    }

    private static boolean isInAReleasedTable(String column, List<String> released) {
        String table = column.substring(0, column.indexOf('.') + 1);
        return released.stream().anyMatch(each -> each.startsWith(table));
    }

    /** What a release drops is gone for the processes of the release before that are still there. */
    @Test
    void functionsAreNeverDroppedByWhatIsMadeAnew() throws Exception {
        for (String script : SchemaCheck.REPEATABLE) {
            assertThat(Files.readString(FILES.resolve(script))).doesNotContainIgnoringCase("drop ");
        }
    }

    @Test
    void questionsThatOperationsAsksHaveAnAnswer() throws Exception {
        String page = Files.readString(Path.of("src/site/markdown/operations.md"));
        List<String> statements = Pattern.compile("(?ms)^```\\n((?:select|update) .*?;)\\n```$")
                .matcher(page)
                .results()
                .map((MatchResult block) -> block.group(1).replace("'…'", "gen_random_uuid()"))
                .toList();
        assertThat(statements).hasSizeGreaterThanOrEqualTo(2);
        for (String statement : statements) {
            execute(statement);
        }
    }
}
