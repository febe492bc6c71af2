package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.ValueRange;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** How simple values are spelled. */
final class Lexical {
    static final Complaint NO_BOOL = new Complaint("bool_type", "Input should be a valid boolean");
    static final Complaint NO_INTEGER = new Complaint("int_type", "Input should be a valid integer");
    static final Complaint NO_UUID = new Complaint("uuid_type", "UUID input should be a string, bytes or UUID object");
    static final Complaint NO_DATETIME = new Complaint("datetime_type", "Input should be a valid datetime");

    private static final Set<String> TRUE = Set.of("true", "1", "yes", "on", "t", "y");
    private static final Set<String> FALSE = Set.of("false", "0", "no", "off", "f", "n");
    private static final Pattern UUID_TEXT = Pattern.compile(
            "(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern UUID_DIGITS = Pattern.compile("[0-9a-f]{32}", Pattern.CASE_INSENSITIVE);
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+(?:_[0-9]+)*(?:\\.0*)?");

    /** More digits than anybody means; the time to parse them grows with the square of their number. */
    private static final int MOST_DIGITS = 4300;

    /** Java knows years that neither ISO 8601 nor the database has a place for. */
    private static final ValueRange YEARS = ValueRange.of(1, 9999);

    private static final DateTimeFormatter DATE_TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHMM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HH", "Z")
            .optionalEnd()
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private Lexical() {}

    static boolean bool(JsonNode given) throws Unreadable {
        if (given.isBoolean()) {
            return given.booleanValue();
        }
        if (!given.isTextual() && !given.isIntegralNumber()) {
            throw new Unreadable(NO_BOOL);
        }
        String word = given.asText().toLowerCase(Locale.ROOT);
        if (TRUE.contains(word)) {
            return true;
        }
        if (FALSE.contains(word)) {
            return false;
        }
        throw new Unreadable(
                new Complaint("bool_parsing", "Input should be a valid boolean, unable to interpret input"));
    }

    static UUID uuid(JsonNode given) throws Unreadable {
        if (!given.isTextual()) {
            throw new Unreadable(NO_UUID);
        }
        String text = given.textValue();
        String bare = text.startsWith("{") && text.endsWith("}") ? text.substring(1, text.length() - 1) : text;
        var hyphenated = UUID_TEXT.matcher(bare);
        if (hyphenated.matches()) {
            return uuid(hyphenated.replaceFirst("$1$2$3$4$5"));
        }
        if (UUID_DIGITS.matcher(text).matches()) {
            return uuid(text);
        }
        throw new Unreadable(new Complaint("uuid_parsing", "Input should be a valid UUID, " + whyNoUuid(text)));
    }

    static int integer(JsonNode given) throws Unreadable {
        BigInteger number = wholeNumber(given);
        if (number.bitLength() < Integer.SIZE) {
            return number.intValue();
        }
        throw new Unreadable(
                number.signum() < 0
                        ? IntegerRead.belowMinimum(Integer.MIN_VALUE)
                        : IntegerRead.aboveMaximum(Integer.MAX_VALUE));
    }

    static Instant instant(JsonNode given) throws Unreadable {
        if (!given.isTextual()) {
            throw new Unreadable(NO_DATETIME);
        }
        try {
            OffsetDateTime time = utc(given.textValue());
            YEARS.checkValidValue(time.getYear(), ChronoField.YEAR);
            return time.toInstant();
        } catch (DateTimeException e) {
            throw new Unreadable(new Complaint(
                    "datetime_parsing",
                    "Input should be a valid datetime, expected ISO 8601 with an offset or Z, years 1 to 9999"));
        }
    }

    private static OffsetDateTime utc(String text) {
        if (text.length() == "2000-01-01".length()) {
            return LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC);
        }
        String spelled = text.length() > 10 && text.charAt(10) == ' ' ? text.replaceFirst(" ", "T") : text;
        TemporalAccessor parsed = DATE_TIME.parseBest(spelled, OffsetDateTime::from, LocalDateTime::from);
        return parsed instanceof OffsetDateTime offset
                ? offset.withOffsetSameInstant(ZoneOffset.UTC)
                : LocalDateTime.from(parsed).atOffset(ZoneOffset.UTC);
    }

    private static BigInteger wholeNumber(JsonNode given) throws Unreadable {
        if (given.isIntegralNumber()) {
            return given.bigIntegerValue();
        }
        if (given.isNumber()) {
            return withoutFraction(given.decimalValue());
        }
        if (!given.isTextual()) {
            throw new Unreadable(NO_INTEGER);
        }
        return wholeNumber(given.textValue().strip());
    }

    private static BigInteger wholeNumber(String text) throws Unreadable {
        if (text.length() > MOST_DIGITS) {
            throw new Unreadable(new Complaint(
                    "int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size"));
        }
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            throw new Unreadable(new Complaint(
                    "int_parsing", "Input should be a valid integer, unable to parse string as an integer"));
        }
        int point = text.indexOf('.');
        return new BigInteger((point < 0 ? text : text.substring(0, point)).replace("_", ""));
    }

    private static BigInteger withoutFraction(BigDecimal number) throws Unreadable {
        long digits = (long) number.precision() - number.scale();
        if (digits > MOST_DIGITS) { // 1e999999999 is short to write down and long to spell out
            throw new Unreadable(
                    number.signum() < 0
                            ? IntegerRead.belowMinimum(Integer.MIN_VALUE)
                            : IntegerRead.aboveMaximum(Integer.MAX_VALUE));
        }
        if (number.signum() != 0 && number.stripTrailingZeros().scale() > 0) {
            throw new Unreadable(new Complaint(
                    "int_from_float", "Input should be a valid integer, got a number with a fractional part"));
        }
        return number.toBigInteger();
    }

    private static UUID uuid(String digits) {
        return new UUID(Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16));
    }

    private static String whyNoUuid(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.digit(text.charAt(i), 16) < 0 && text.charAt(i) != '-') {
                return "invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `"
                        + Character.toString(text.codePointAt(i)) + "` at " + (i + 1);
            }
        }
        return "invalid length: expected length 32 for simple format, found "
                + text.replace("-", "").length();
    }
}
