package dev.reflow.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.support.FlowBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimPathTest {
    private static List<String> texts(String path, String claims) {
        return ClaimPath.of(path).texts(FlowBuilder.json(claims));
    }

    @Test
    void nameIsFound() {
        assertThat(texts("sub", "{'sub': '4711'}")).containsExactly("4711");
    }

    @Test
    void dotsAndSlashesLeadInside() {
        String claims = "{'realm_access': {'roles': ['worker', 'publisher']}, 'organization': {'id': 'a'}}";
        assertThat(texts("realm_access.roles", claims)).containsExactly("worker", "publisher");
        assertThat(texts("organization/id", claims)).containsExactly("a");
    }

    @Test
    void nameWithSeparatorsIsOneName() {
        assertThat(texts("https://example.com/roles", "{'https://example.com/roles': ['worker']}"))
                .containsExactly("worker");
    }

    @Test
    void starStandsForAnyName() {
        assertThat(texts("organization.*.id", "{'organization': {'acme': {'id': 'a'}}}"))
                .containsExactly("a");
        assertThat(texts("organization.*.id", "{'organization': {'acme': {'id': 'a'}, 'other': {'id': 'b'}}}"))
                .containsExactly("a", "b");
    }

    @Test
    void whatIsNoTextIsLeftOut() {
        assertThat(texts("roles", "{'roles': ['worker', 1, null, {'a': 'b'}]}")).containsExactly("worker");
        assertThat(texts("a.b", "{'a': 'b'}")).isEmpty();
        assertThat(texts("a", "{}")).isEmpty();
    }
}
