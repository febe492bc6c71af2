package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.support.Invariant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Counts from the database of a service in another process whether the invariants hold, in all organizations. */
final class StoredInvariants {
    private StoredInvariants() {}

    static void check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet organizations = statement.executeQuery("select id::text from organization")) {
            while (organizations.next()) {
                for (Invariant invariant : Invariant.values()) {
                    assertThat(violations(connection, invariant, organizations.getString(1)))
                            .as(invariant.toString())
                            .isEmpty();
                }
            }
        }
    }

    private static List<String> violations(Connection connection, Invariant invariant, String organization)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(invariant.violations().replace("$1", "?::uuid"))) {
            statement.setString(1, organization);
            List<String> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }
}
