package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorReferenceTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `(?<code>\\w+)` \\| (?<status>\\d+) \\| [^|]+ \\| [^|]+ \\|$", Pattern.MULTILINE);

    @Test
    void readmeHasARowForEveryCode() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String errors = readme.substring(readme.indexOf("\n### Errors"), readme.indexOf("\n## Authentication"));
        List<String> rows = ROW.matcher(errors)
                .results()
                .map(ErrorReferenceTest::codeAndStatus)
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(ErrorCode.values())
                        .map(code -> code.code() + " " + code.httpStatus())
                        .toList());
    }

    private static String codeAndStatus(MatchResult row) {
        return row.group(1) + " " + row.group(2);
    }
}
