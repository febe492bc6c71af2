package dev.reflow.task.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://example.com, http, example.com, 80, /",
        "HTTPS://Example.COM/Path?Q=1#frag, https, example.com, 443, /Path?Q=1",
        "https://example.com.:8443/a, https, example.com, 8443, /a",
        "http://my_service:8080, http, my_service, 8080, /",
        "http://localhost?x=1, http, localhost, 80, /?x=1",
        "http://example.com:/, http, example.com, 80, /",
        "http://1.2.3.4:81/, http, 1.2.3.4, 81, /",
        "http://[2001:DB8::1]/x, http, 2001:db8::1, 80, /x",
        "http://[::ffff:127.0.0.1]:8080/x, http, ::ffff:127.0.0.1, 8080, /x",
        "http://bücher.example/, http, xn--bcher-kva.example, 80, /",
        "http://example.com/a b/ü?q=x y|z%20%, http, example.com, 80, /a%20b/%C3%BC?q=x%20y%7Cz%20%",
        "http://example.com/a/../b/./c, http, example.com, 80, /b/c",
        "http://example.com/../../b, http, example.com, 80, /b",
        "'  http://example.com/x ', http, example.com, 80, /x",
        "http://example.com/?u=http://a@b/../c, http, example.com, 80, /?u=http://a@b/../c",
        "http://example.com\\@evil.com/, '', '', 0, ''",
        "http://example.com/a\\b, http, example.com, 80, /a%5Cb"
    })
    void urlIsTakenApart(String url, String scheme, String host, int port, String path) {
        if (host.isEmpty()) {
            assertThatThrownBy(() -> HttpTarget.parse(url)).isInstanceOf(RefusedRequestException.class);
            return;
        }
        HttpTarget target = HttpTarget.parse(url);

        assertThat(target.tls()).isEqualTo(scheme.equals("https"));
        assertThat(target.host()).isEqualTo(host);
        assertThat(target.port()).isEqualTo(port);
        assertThat(target.path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "//example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "http:/example.com",
                "http://",
                "http:///path",
                "http://?x",
                "http://user@example.com/",
                "http://user:password@example.com/",
                "http://example.com@127.0.0.1/",
                "http://127.0.0.1\\@example.com/",
                "http://127.1/",
                "http://127.0.1/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://0x7f.0.0.1/",
                "http://0177.0.0.1/",
                "http://010.0.0.1/",
                "http://127.0.0.01/",
                "http://127.0.0.256/",
                "http://1.2.3.4.5/",
                "http://example.1/",
                "http://0x/",
                "http://%31%32%37.0.0.1/",
                "http://exam ple.com/",
                "http://a..b/",
                "http://.a/",
                "http://[::1/",
                "http://::1/",
                "http://[fe80::1%25eth0]/",
                "http://[fe80::1%eth0]/",
                "http://[1.2.3.4]/",
                "http://[v1.x]/",
                "http://[:::]/",
                "http://example.com:0/",
                "http://example.com:65536/",
                "http://example.com:-1/",
                "http://example.com:8a/",
                "http://example.com:80:80/",
                "http://example.com/\r\nX-Injected: 1",
                "http://example.com\n/",
                "http://exa\tmple.com/",
                "http://example.com/\u0000"
            })
    void urlThatIsNotPlainlyHttpIsRefused(String url) {
        assertThatThrownBy(() -> HttpTarget.parse(url))
                .isInstanceOf(RefusedRequestException.class)
                .hasMessageStartingWith("url ");
    }

    @Test
    void wideDigitsAreTheAddressThatTheySpell() {
        HttpTarget target = HttpTarget.parse("http://１２７.0.0.1/");

        assertThat(target.host()).isEqualTo("127.0.0.1");
        assertThat(target.address()).isNotNull().matches(address -> address.isLoopbackAddress());
    }

    @ParameterizedTest
    @CsvSource({
        "/other?y=2, http://example.com/other?y=2",
        "other, http://example.com/dir/other",
        "../other, http://example.com/other",
        "?y=2, http://example.com/dir/page?y=2",
        "#part, http://example.com/dir/page",
        "//else.example/x, http://else.example/x",
        "https://else.example, https://else.example/",
        "http://example.com:80/x, http://example.com/x",
        "/a b, http://example.com/a%20b"
    })
    void locationIsResolved(String location, String resolved) {
        HttpTarget target = HttpTarget.parse("http://example.com/dir/page?x=1").resolve(location);

        assertThat(target.origin() + target.path()).isEqualTo(resolved);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://example.com/", "javascript:alert(1)", "file:///etc/passwd", "//user@example.com/", "/a\nb"
            })
    void locationThatIsNotHttpIsRefused(String location) {
        HttpTarget target = HttpTarget.parse("http://example.com/");

        assertThatThrownBy(() -> target.resolve(location)).isInstanceOf(RefusedRequestException.class);
    }

    @Test
    void hostHeaderNamesThePortOnlyWhereItIsNotTheUsualOne() {
        assertThat(HttpTarget.parse("http://example.com:80/").authority()).isEqualTo("example.com");
        assertThat(HttpTarget.parse("https://example.com:80/").authority()).isEqualTo("example.com:80");
        assertThat(HttpTarget.parse("http://[2606::1]:81/").authority()).isEqualTo("[2606::1]:81");
    }

    @Test
    void textHasNoQuery() {
        assertThat(HttpTarget.parse("https://example.com/a?token=secret")).hasToString("https://example.com/a");
    }
}
