package dev.reflow.ops;

import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** What is wrong with the settings, found before anything is started with them, and told all at once. */
final class SettingsCheck {
    private static final String DEAD_AFTER = "reflow.engine.dead-after";
    private static final String HEARTBEAT = "reflow.engine.heartbeat-interval";
    private static final String LIVE_HEARTBEAT = "reflow.live.heartbeat";
    private static final String LIVE_MAX_DURATION = "reflow.live.max-duration";
    private static final String REQUEST_TIMEOUT = "reflow.limits.request-timeout";
    private static final String IDLE_TIMEOUT = "quarkus.http.idle-timeout";

    /** Of those that are compared with each other. */
    static final Map<String, String> DEFAULTS = Map.of(
            DEAD_AFTER, "20s",
            HEARTBEAT, "5s",
            LIVE_HEARTBEAT, "20s",
            LIVE_MAX_DURATION, "15m",
            REQUEST_TIMEOUT, "30s",
            IDLE_TIMEOUT, "75s");

    private static final Set<String> TRUTHS = Set.of("true", "false", "yes", "no", "on", "off", "1", "0");

    /** What a value has to be. */
    private enum Kind {
        FLAG("true or false", value -> TRUTHS.contains(value.toLowerCase(Locale.ROOT))),
        COUNT("a whole number, at least 1", value -> Integer.parseInt(value) >= 1),
        DURATION("a duration like 10s, longer than nothing", value -> millis(value) > 0),
        DURATION_OR_NONE("a duration like 10s", value -> millis(value) >= 0);

        private final String description;
        private final Predicate<String> test;

        Kind(String description, Predicate<String> test) {
            this.description = description;
            this.test = test;
        }

        boolean accepts(String value) {
            try {
                return test.test(value);
            } catch (IllegalArgumentException | ArithmeticException e) {
                return false;
            }
        }
    }

    private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

    static {
        all(Kind.FLAG, "engine.enabled", "security.create-organizations", "task.http.allow-private-networks");
        all(
                Kind.COUNT,
                "engine.max-active-generations",
                "engine.max-running-tasks",
                "engine.max-output-bytes",
                "reexecute-on-update.per-second",
                "retention.batch",
                "retention.event-batch",
                "limits.rate.per-second",
                "limits.rate.burst",
                "limits.lists.max-rows",
                "live.max-connections",
                "live.buffer",
                "live.batch",
                "ttl.batch",
                "ttl.batches",
                "task.http.max-response-bytes");
        all(
                Kind.DURATION,
                "security.provider-timeout",
                "api-keys.last-use-interval",
                "engine.poll-interval",
                "engine.heartbeat-interval",
                "engine.dead-after",
                "retention.interval",
                "limits.request-timeout",
                "live.poll-interval",
                "live.heartbeat",
                "live.max-duration",
                "metrics.backlog-interval",
                "ttl.interval",
                "task.http.timeout",
                "task.http.connect-timeout",
                "task.format-data.timeout");
        all(
                Kind.DURATION_OR_NONE,
                "engine.short-task-grace",
                "engine.shutdown-timeout",
                "retention.superseded",
                "retention.events",
                "retention.audit");
        KINDS.put(IDLE_TIMEOUT, Kind.DURATION);
    }

    private static void all(Kind kind, String... names) {
        for (String name : names) {
            KINDS.put("reflow." + name, kind);
        }
    }

    private final Function<String, Optional<String>> settings;
    private final List<String> faults = new ArrayList<>();

    private SettingsCheck(Function<String, Optional<String>> settings) {
        this.settings = settings;
    }

    /**
     * One line for each fault.
     *
     * @param settings the values by name, where they are set
     */
    static List<String> faults(Function<String, Optional<String>> settings) {
        SettingsCheck check = new SettingsCheck(settings);
        KINDS.forEach(check::require);
        if (check.faults.isEmpty()) {
            check.requireAtLeast(DEAD_AFTER, 2, HEARTBEAT);
            check.requireLonger(IDLE_TIMEOUT, LIVE_HEARTBEAT);
            check.requireLonger(IDLE_TIMEOUT, REQUEST_TIMEOUT);
            check.requireLonger(LIVE_MAX_DURATION, LIVE_HEARTBEAT);
        }
        return check.faults;
    }

    /** The settings that are looked at. */
    static Set<String> names() {
        return KINDS.keySet();
    }

    private void require(String name, Kind kind) {
        settings.apply(name)
                .filter(value -> !kind.accepts(value.strip()))
                .ifPresent(value ->
                        faults.add("%s is \"%s\", it has to be %s.".formatted(shown(name), value, kind.description)));
    }

    private void requireAtLeast(String longer, int times, String shorter) {
        if (duration(longer) < times * duration(shorter)) {
            complain(longer, "at least %d times".formatted(times), shorter);
        }
    }

    private void requireLonger(String longer, String shorter) {
        if (duration(longer) <= duration(shorter)) {
            complain(longer, "longer than", shorter);
        }
    }

    private void complain(String longer, String relation, String shorter) {
        faults.add("%s is %s, it has to be %s %s, which is %s."
                .formatted(shown(longer), value(longer), relation, shown(shorter), value(shorter)));
    }

    private String value(String name) {
        return settings.apply(name).orElseGet(() -> DEFAULTS.getOrDefault(name, ""));
    }

    private long duration(String name) {
        return millis(value(name));
    }

    private static long millis(String value) {
        Duration duration = DurationConverter.parseDuration(value.strip());
        if (duration == null) {
            throw new IllegalArgumentException(value);
        }
        return duration.toMillis();
    }

    /** Under both names. */
    private static String shown(String name) {
        return name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT) + " (" + name + ")";
    }
}
