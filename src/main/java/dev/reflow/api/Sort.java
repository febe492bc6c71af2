package dev.reflow.api;

import java.util.regex.Pattern;

/** @param field a name of the API, one of those that the list allows */
public record Sort(String field, boolean descending) {
    static final String DIRECTIONS = "^(asc|desc)$";

    static boolean descending(Field direction) {
        return direction.text().matching(Pattern.compile(DIRECTIONS)).or("desc").equals("desc");
    }
}
