package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseCheckTest {
    private static final Map<String, String> GOOD = Map.of(
            "in_recovery", "false",
            "fsync", "on",
            "synchronous_commit", "on",
            "idle_in_transaction_session_timeout", "10000");

    @Test
    void databaseThatKeepsWhatItAnswersWillDo() {
        assertThat(DatabaseCheck.fault(GOOD, 20_000)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "in_recovery, true, standby",
        "fsync, off, fsync = on",
        "synchronous_commit, off, startup parameters",
        "synchronous_commit, local, startup parameters",
        "idle_in_transaction_session_timeout, 0, startup parameters",
        "idle_in_transaction_session_timeout, 20000, startup parameters"
    })
    void anyOtherIsRefusedWithWhatToDo(String setting, String value, String advice) {
        Map<String, String> settings = new HashMap<>(GOOD);
        settings.put(setting, value);
        assertThat(DatabaseCheck.fault(settings, 20_000).orElseThrow()).contains(advice);
    }
}
