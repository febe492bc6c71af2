package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the tour of README gives what README shows. */
class ReadmeTourIT {
    private static final String BEGINNING = "## A tour of five minutes";
    private static final String NEXT_ANSWER = "=== next answer";

    @TempDir
    Path temp;

    /** What a reader pastes into a shell, and the answer that stands below it; empty where none does. */
    private record Step(String commands, String answer) {}

    @Test
    void everyCallOfTheTourGivesTheAnswerThatIsShown() throws Exception {
        List<Step> steps = steps();
        assertThat(steps).hasSizeGreaterThan(10);
        try (ReflowProcess service = ReflowProcess.start(temp.toRealPath().resolve("data"), Map.of())) {
            String key = service.awaitFirstStartText().key();
            List<String> answers = run(steps, service.url(), key);
            for (int i = 0; i < steps.size(); i++) {
                String shown = steps.get(i).answer();
                if (!shown.isEmpty()) {
                    assertThat(comparable(answers.get(i)))
                            .as(steps.get(i).commands())
                            .containsExactlyElementsOf(comparable(shown));
                }
            }
            assertThat(service.complaints()).isEmpty();
            System.out.printf("resident memory after the tour: %s%n", service.residentMemory());
            service.terminate();
        }
    }

    private static List<Step> steps() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf(BEGINNING);
        String tour = readme.substring(begin, readme.indexOf("\n## ", begin));
        List<Step> steps = new ArrayList<>();
        String commands = "";
        String[] fenced = tour.split("(?m)^```");
        for (int i = 1; i < fenced.length; i += 2) {
            String language = fenced[i].lines().findFirst().orElse("");
            String text = fenced[i].substring(language.length()).strip();
            if (language.equals("bash")) {
                if (!commands.isEmpty()) {
                    steps.add(new Step(commands, ""));
                }
                commands = text;
            } else {
                steps.add(new Step(commands, text));
                commands = "";
            }
        }
        return steps;
    }

    private List<String> run(List<Step> steps, String url, String key) throws Exception {
        StringBuilder script = new StringBuilder("set -e\n");
        for (Step step : steps) {
            script.append(step.commands()
                            .replace("url=http://localhost:8080", "url=" + url)
                            .replaceAll("(?m)^key=saf_.*$", "key=" + key))
                    .append("\necho '" + NEXT_ANSWER + "'\n");
        }
        Path file = Files.writeString(temp.resolve("tour.bash"), script);
        Process bash = new ProcessBuilder("bash", file.toString())
                .directory(temp.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(bash.exitValue()).as(output).isZero();
        return List.of(output.split(NEXT_ANSWER + "\n", -1));
    }

    /**
     * Answers without what differs in each run: ids, times, tags of requests; and without what README leaves out. Tasks
     * that run side by side end in any order, so the order of lines does not count.
     */
    private static List<String> comparable(String answer) {
        return Stream.of(answer.replace("\r", "").strip().split("\n"))
                .map(line -> line.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>")
                        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>")
                        .replaceAll("X-Request-ID: \\w+", "X-Request-ID: <id>")
                        .replaceAll("dur=[0-9.]+", "dur=<ms>")
                        .replaceAll("\"definition\":\\{.*},\"settings\"", "\"definition\":{…},\"settings\"")
                        .replaceAll("^(invoice \\d \\S+ \\S+ )\\{\"items\":.*}$", "$1{\"items\":…}")
                        .replaceAll("(?i)^content-length: \\d+$", "content-length: <bytes>"))
                .sorted()
                .toList();
    }
}
