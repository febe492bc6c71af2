package dev.reflow.persistence;

import io.quarkus.arc.Unremovable;
import io.quarkus.flyway.FlywayConfigurationCustomizer;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jboss.logging.Logger;

/**
 * Leaves a schema alone that a newer release has migrated. While that one is rolled out, or after it was taken back, a
 * process of this release may start: it would make its own functions anew over the newer ones.
 */
@Singleton
@Unremovable
class NewerSchema implements FlywayConfigurationCustomizer, Callback {
    private static final Logger LOG = Logger.getLogger(NewerSchema.class);

    /** No file begins with it. */
    private static final String NONE = "-";

    private final boolean migrates;

    NewerSchema(@ConfigProperty(name = "quarkus.flyway.migrate-at-start") boolean migrates) {
        this.migrates = migrates;
    }

    @Override
    public void customize(FluentConfiguration flyway) {
        if (migrates) {
            if (isNewer(flyway.getDataSource())) {
                LOG.info("a newer release has migrated the schema, which stays as it is");
                flyway.repeatableSqlMigrationPrefix(NONE).validateOnMigrate(false);
            } else {
                flyway.callbacks(this);
            }
        }
    }

    private static boolean isNewer(DataSource database) {
        try (Connection connection = database.getConnection()) {
            return isNewer(connection);
        } catch (SQLException e) {
            throw new FlywayException("the database is not there: " + e.getMessage(), e);
        }
    }

    private static boolean isNewer(Connection connection) throws SQLException {
        try (PreparedStatement history = connection.prepareStatement("select to_regclass('flyway_schema_history')");
                ResultSet table = history.executeQuery()) {
            if (!table.next() || table.getString(1) == null) {
                return false;
            }
        }
        try (PreparedStatement newest =
                connection.prepareStatement("select from flyway_schema_history where version::int > ?")) {
            newest.setInt(1, SchemaCheck.VERSION);
            return newest.executeQuery().next();
        }
    }

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    /** A newer release may have migrated the schema while this process waited for Flyway's lock. */
    @Override
    public void handle(Event event, Context context) {
        try {
            if (isNewer(context.getConnection())) {
                throw new FlywayException("a newer release migrates the schema at this moment; start again");
            }
        } catch (SQLException e) {
            throw new FlywayException("the schema's history cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public String getCallbackName() {
        return "newer schema";
    }
}
