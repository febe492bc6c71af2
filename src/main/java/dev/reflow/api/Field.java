package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.JsonLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One value of a request, not read yet: a parameter's text or a node of the body. Text is accepted for numbers and
 * booleans wherever it stands, as the clients of this API are used to.
 */
public final class Field {
    static final Complaint NO_OBJECT = new Complaint(
            "model_attributes_type", "Input should be a valid dictionary or object to extract fields from");

    private static final Complaint NO_TEXT = new Complaint("string_type", "Input should be a valid string");
    /** What a database cannot hold as text. */
    private static final Complaint NO_UNICODE = new Complaint(
            "string_unicode", "Input should be a valid string, without NUL characters and halves of surrogate pairs");

    private static final Complaint NO_DICT = new Complaint("dict_type", "Input should be a valid dictionary");
    private static final Complaint NO_LIST = new Complaint("list_type", "Input should be a valid list");
    private static final UUID NIL = new UUID(0, 0);

    private final Form form;
    private final List<Object> loc;
    private final @Nullable JsonNode node;

    Field(Form form, List<Object> loc, @Nullable JsonNode node) {
        this.form = form;
        this.loc = loc;
        this.node = node;
    }

    public TextRead text() {
        return new TextRead(this, NO_TEXT, Field::textOf);
    }

    public Read<UUID> uuid() {
        return new Read<>(this, Lexical.NO_UUID, NIL, Lexical::uuid);
    }

    public Read<Boolean> bool() {
        return new Read<>(this, Lexical.NO_BOOL, false, Lexical::bool);
    }

    public IntegerRead integer() {
        return new IntegerRead(this, Lexical.NO_INTEGER, Lexical::integer);
    }

    /** A moment in ISO 8601; without an offset it is taken as UTC. */
    public Read<Instant> instant() {
        return new Read<>(this, Lexical.NO_DATETIME, Instant.EPOCH, Lexical::instant);
    }

    /** One of an enum's constants, in lower case. */
    public <E extends Enum<E>> Read<E> oneOf(Class<E> type) {
        E[] constants = type.getEnumConstants();
        List<String> names = Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        Complaint noneOf = Complaint.noneOf(names);
        return new Read<>(this, noneOf, constants[0], given -> {
            int index = given.isTextual() ? names.indexOf(given.textValue()) : -1;
            if (index < 0) {
                throw new Unreadable(noneOf);
            }
            return constants[index];
        });
    }

    /** Any JSON, kept as it came. */
    public Read<JsonNode> json() {
        return new Read<>(this, Complaint.MISSING, NullNode.instance, given -> given);
    }

    /** An object whose members are the client's business, kept as it came. */
    public Read<ObjectNode> object() {
        return new Read<>(this, NO_DICT, JsonNodeFactory.instance.objectNode(), given -> objectOf(given, NO_DICT));
    }

    /** An object of known members. */
    public <T> Read<T> object(Function<Members, T> reader) {
        return new Read<>(
                this,
                NO_OBJECT,
                reader.apply(Members.none()),
                given -> reader.apply(new Members(form, loc, objectOf(given, NO_OBJECT))));
    }

    public <T> Read<List<T>> list(Function<Field, T> item) {
        return list(0, Integer.MAX_VALUE, item);
    }

    public <T> Read<List<T>> list(int atLeast, int atMost, Function<Field, T> item) {
        return new Read<>(this, NO_LIST, List.of(), given -> {
            if (!given.isArray()) {
                throw new Unreadable(NO_LIST);
            }
            requireSize(given.size(), atLeast, atMost);
            List<T> items = new ArrayList<>(given.size());
            for (int i = 0; i < given.size(); i++) {
                items.add(item.apply(new Field(form, at(i), given.get(i))));
            }
            return items;
        });
    }

    @Nullable
    JsonNode node() {
        return node;
    }

    void fault(Complaint complaint) {
        form.fault(complaint.at(loc, node));
    }

    private List<Object> at(int index) {
        List<Object> at = new ArrayList<>(loc);
        at.add(index);
        return at;
    }

    private static String textOf(JsonNode given) throws Unreadable {
        if (!given.isTextual()) {
            throw new Unreadable(NO_TEXT);
        }
        String text = given.textValue();
        if (!JsonLimits.isStorable(text)) {
            throw new Unreadable(NO_UNICODE);
        }
        return text;
    }

    private static ObjectNode objectOf(JsonNode given, Complaint complaint) throws Unreadable {
        if (given instanceof ObjectNode object) {
            return object;
        }
        throw new Unreadable(complaint);
    }

    private static void requireSize(int size, int atLeast, int atMost) throws Unreadable {
        if (size < atLeast) {
            throw new Unreadable(new Complaint(
                    "too_short", "List should have at least " + items(atLeast) + " after validation, not " + size));
        }
        if (size > atMost) {
            throw new Unreadable(new Complaint(
                    "too_long", "List should have at most " + items(atMost) + " after validation, not " + size));
        }
    }

    private static String items(int count) {
        return count + (count == 1 ? " item" : " items");
    }
}
