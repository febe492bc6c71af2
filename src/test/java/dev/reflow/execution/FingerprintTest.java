package dev.reflow.execution;

import static dev.reflow.support.FlowBuilder.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.flow.TaskName;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static String of(String parameters) {
        return Fingerprint.of("echo", 1, json(parameters), Map.of());
    }

    @Test
    void keyOrderAndTheSpellingOfNumbersDoNotCount() {
        assertThat(of("{'a': 1, 'b': [10, 0.5]}")).isEqualTo(of("{'b': [1e1, 0.50], 'a': 1.0}"));
        assertThat(of("[0, -0.0, 0e7]")).isEqualTo(of("[0.0, 0, 0]"));
    }

    @Test
    void everythingElseCounts() {
        List<String> different = List.of(
                "{}",
                "[]",
                "null",
                "''",
                "'null'",
                "0",
                "'0'",
                "'?'",
                "'\\ud800'",
                "'\\udc00'",
                "false",
                "true",
                "{'a': null}",
                "{'a': 'b'}",
                "{'ab': ''}",
                "['a', 'b']",
                "['ab', '']",
                "['', 'ab']",
                "[['a'], 'b']",
                "[['a', 'b']]",
                "['b', 'a']",
                "{'a': 1, 'b': 2}",
                "{'a': 2, 'b': 1}",
                "{'a': {'b': 1}}",
                "[0.1]",
                "[0.10000000000000000001]",
                "[1e400]");
        Set<String> fingerprints = new HashSet<>();
        different.forEach(parameters -> fingerprints.add(of(parameters)));
        assertThat(fingerprints).hasSameSizeAs(different);
    }

    @Test
    void executorItsVersionAndOrderedDependenciesCount() {
        Map<TaskName, Consumed> before = Map.of(new TaskName("before"), new Consumed(0, 0));
        Set<String> fingerprints = Set.of(
                Fingerprint.of("a", 1, json("1"), Map.of()),
                Fingerprint.of("b", 1, json("1"), Map.of()),
                Fingerprint.of("a", 2, json("1"), Map.of()),
                Fingerprint.of("a", 1, json("1"), before),
                Fingerprint.of("a", 1, json("1"), Map.of(new TaskName("before"), new Consumed(1, 0))),
                Fingerprint.of("a", 1, json("1"), Map.of(new TaskName("before"), new Consumed(0, 1))));
        assertThat(fingerprints).hasSize(6);
    }

    @Test
    void storedFingerprintsStayWhatTheyAre() {
        assertThat(Fingerprint.of(
                        "echo",
                        3,
                        json("{'b': [1.50, true, null, 'x'], 'a': {}}"),
                        Map.of(new TaskName("before"), new Consumed(2, 1))))
                .isEqualTo("f1:593d951f11842046289a2452e8873b73f03b6b6b731aec862afb9158e1d6d288");
    }

    @Test
    void storedFingerprintIsComparedByItsOwnAlgorithm() {
        Fingerprint.Algorithm f1 = new Fingerprint.Algorithm("f1:", FingerprintF1::hash);
        Fingerprint.Algorithm f2 = new Fingerprint.Algorithm("f2:", inputs -> "by-f2-" + inputs.parameters());
        Fingerprint before = new Fingerprint(List.of(f1));
        Fingerprint after = new Fingerprint(List.of(f2, f1));
        Fingerprint.Inputs inputs = new Fingerprint.Inputs("echo", 1, json("{'a': 1}"), Map.of());
        Fingerprint.Inputs changed = new Fingerprint.Inputs("echo", 1, json("{'a': 2}"), Map.of());

        assertThat(after.of(inputs)).isEqualTo("f2:by-f2-{\"a\":1}");
        assertThat(after.matches(after.of(inputs), inputs)).isTrue();
        assertThat(after.matches(after.of(inputs), changed)).isFalse();
        assertThat(after.matches(before.of(inputs), inputs)).isTrue();
        assertThat(after.matches(before.of(inputs), changed)).isFalse();
        assertThat(before.matches(after.of(inputs), inputs)).isFalse();
    }

    @Test
    void unknownFingerprintNeverMatches() {
        String known = of("{}");

        assertThat(matches(known)).isTrue();
        for (String stored : List.of(known.replace("f1:", "f0:"), known.replace("f1:", ""), "f1:", "", "unknown")) {
            assertThat(matches(stored)).isFalse();
        }
        assertThat(matches(null)).isFalse();
    }

    private static boolean matches(@Nullable String stored) {
        return Fingerprint.matches(stored, "echo", 1, json("{}"), Map.of());
    }

    @Test
    void algorithmIsNamed() {
        assertThat(of("{}")).matches("f1:[0-9a-f]{64}");
    }
}
