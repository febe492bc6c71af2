package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * The first algorithm, SHA-256 over a canonical form: fields sorted, numbers by their exact decimal value, and every part
 * preceded by its kind and its length, so that no two different inputs are written alike. Never to be changed.
 */
final class FingerprintF1 {
    private final MessageDigest digest;

    private FingerprintF1() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String hash(Fingerprint.Inputs inputs) {
        FingerprintF1 fingerprint = new FingerprintF1();
        fingerprint.text(inputs.executor());
        fingerprint.number(BigDecimal.valueOf(inputs.executorVersion()));
        fingerprint.value(inputs.parameters());
        fingerprint.header('d', inputs.ordered().size());
        new TreeMap<>(inputs.ordered()).forEach((task, consumed) -> {
            fingerprint.text(task.value());
            fingerprint.number(BigDecimal.valueOf(consumed.taskExecutionIdx()));
            fingerprint.number(BigDecimal.valueOf(consumed.editRevision()));
        });
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    /** Of a value alone; equal for equal JSON. */
    static byte[] digest(JsonNode value) {
        FingerprintF1 fingerprint = new FingerprintF1();
        fingerprint.value(value);
        return fingerprint.digest.digest();
    }

    private void value(JsonNode value) {
        if (value.isObject()) {
            List<String> names = new ArrayList<>();
            value.fieldNames().forEachRemaining(names::add);
            names.sort(null);
            header('o', names.size());
            for (String name : names) {
                text(name);
                value(value.get(name));
            }
        } else if (value.isArray()) {
            header('a', value.size());
            value.forEach(this::value);
        } else if (value.isTextual()) {
            text(value.textValue());
        } else if (value.isNumber()) {
            number(value.decimalValue());
        } else {
            header(value.isNull() ? 'n' : value.booleanValue() ? 't' : 'f', 0);
        }
    }

    private void number(BigDecimal number) {
        // 0e5 would keep its exponent; all other numbers have one form without trailing zeros.
        String canonical =
                number.signum() == 0 ? "0" : number.stripTrailingZeros().toString();
        bytes('#', canonical);
    }

    private void text(String text) {
        bytes('s', text);
    }

    private void bytes(char kind, String text) {
        // As it stands in memory: an encoder would write every unpaired surrogate as the same question mark.
        ByteBuffer bytes = ByteBuffer.allocate(text.length() * Character.BYTES);
        bytes.asCharBuffer().put(text);
        header(kind, bytes.capacity());
        digest.update(bytes);
    }

    private void header(char kind, int length) {
        digest.update((byte) kind);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    }
}
