package dev.reflow.smoke;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The tables' contents as one transaction sees them, as {@code pg_dump} writes them: in one file per table. */
record Dump(Path folder) {
    private static final String TABLES = "select relname from pg_class where relkind = 'r'"
            + " and relnamespace = 'public'::regnamespace and relname <> 'flyway_schema_history' order by oid";

    void write(CrashingDatabase database) throws Exception {
        try (Connection connection = database.connect()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (String table : texts(connection, TABLES)) {
                try (OutputStream file = Files.newOutputStream(folder.resolve(table))) {
                    copy.copyOut("copy " + table + " to stdout", file);
                }
            }
        }
    }

    /** Into a database in which there is nothing: the schema first, then the rows, which set off no triggers. */
    void restore(CrashingDatabase database) throws Exception {
        Flyway.configure()
                .dataSource(
                        "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.name(),
                        database.user(),
                        database.password())
                .locations("filesystem:src/main/resources/db/migration")
                .load()
                .migrate();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (String table : texts(connection, TABLES)) { // what is referred to is older
                statement.execute("alter table " + table + " disable trigger user");
                try (InputStream file = Files.newInputStream(folder.resolve(table))) {
                    copy.copyIn("copy " + table + " from stdin", file);
                }
                statement.execute("alter table " + table + " enable trigger user");
            }
            for (String advance : texts(connection, """
                    select format('select setval(%L, (select max(%I) from %I))',
                        pg_get_serial_sequence(table_name, column_name), column_name, table_name)
                    from information_schema.columns where table_schema = 'public' and is_identity = 'YES'
                    """)) {
                statement.execute(advance);
            }
        }
    }

    private static List<String> texts(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
