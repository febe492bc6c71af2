package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.TaskName;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A hash of everything that a task's result is made from, behind the tag of its algorithm. Equal fingerprints mean equal
 * inputs. A stored one is compared by the algorithm that made it, so that a new algorithm makes no result look changed.
 */
public final class Fingerprint {
    /** Newest first. None is ever changed or taken away: there are stored results of it. */
    private static final Fingerprint ALGORITHMS = new Fingerprint(List.of(new Algorithm("f1:", FingerprintF1::hash)));

    private final List<Algorithm> algorithms;

    /** What is hashed; see {@link Fingerprint#of}. */
    record Inputs(String executor, int executorVersion, JsonNode parameters, Map<TaskName, Consumed> ordered) {}

    record Algorithm(String tag, Function<Inputs, String> hash) {
        String fingerprint(Inputs inputs) {
            return tag + hash.apply(inputs);
        }
    }

    Fingerprint(List<Algorithm> algorithms) {
        this.algorithms = algorithms;
    }

    /**
     * @param parameters with every reference replaced
     * @param ordered what was consumed of each task in {@code depends_on}, whose output the parameters do not show
     */
    public static String of(
            String executor, int executorVersion, JsonNode parameters, Map<TaskName, Consumed> ordered) {
        return ALGORITHMS.of(new Inputs(executor, executorVersion, parameters, ordered));
    }

    /** Whether the stored fingerprint was made from these inputs; not when its algorithm is unknown. */
    public static boolean matches(
            @Nullable String stored,
            String executor,
            int executorVersion,
            JsonNode parameters,
            Map<TaskName, Consumed> ordered) {
        return ALGORITHMS.matches(stored, new Inputs(executor, executorVersion, parameters, ordered));
    }

    String of(Inputs inputs) {
        return algorithms.get(0).fingerprint(inputs);
    }

    boolean matches(@Nullable String stored, Inputs inputs) {
        return stored != null
                && algorithms.stream()
                        .filter(algorithm -> stored.startsWith(algorithm.tag()))
                        .anyMatch(algorithm -> algorithm.fingerprint(inputs).equals(stored));
    }
}
