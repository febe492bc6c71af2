package dev.reflow.api;

/** A whole number of Java's int range. */
public final class IntegerRead extends Read<Integer> {
    IntegerRead(Field field, Complaint wrongType, Reader<Integer> reader) {
        super(field, wrongType, 0, reader);
    }

    public IntegerRead atLeast(int minimum) {
        require(number -> number >= minimum, belowMinimum(minimum));
        return this;
    }

    public IntegerRead atMost(int maximum) {
        require(number -> number <= maximum, aboveMaximum(maximum));
        return this;
    }

    static Complaint belowMinimum(int minimum) {
        return new Complaint("greater_than_equal", "Input should be greater than or equal to " + minimum);
    }

    static Complaint aboveMaximum(int maximum) {
        return new Complaint("less_than_equal", "Input should be less than or equal to " + maximum);
    }
}
