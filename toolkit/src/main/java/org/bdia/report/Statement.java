package org.bdia.report;

import java.util.List;

/** A claim's statement: two expressions and how they compare. */
record Statement(Expression left, Operator operator, Expression right) {

    /** How two numbers may compare; with a NaN on either side nothing holds, not even {@code !=}. */
    enum Operator {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        EQUAL("=="),
        NOT_EQUAL("!=");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        boolean holds(double a, double b) {
            if (Double.isNaN(a) || Double.isNaN(b)) {
                return false;
            }
            return switch (this) {
                case LESS -> a < b;
                case LESS_OR_EQUAL -> a <= b;
                case GREATER -> a > b;
                case GREATER_OR_EQUAL -> a >= b;
                case EQUAL -> a == b;
                case NOT_EQUAL -> a != b;
            };
        }
    }

    /** Checks the statement against rows. */
    Claim check(String id, String text, List<Result> rows) {
        try {
            double a = left.value(rows);
            double b = right.value(rows);
            String found = Numbers.text(a) + " " + operator.sign() + " " + Numbers.text(b);
            return new Claim(id, text, found, operator.holds(a, b));
        } catch (Expression.NoValueException e) {
            return new Claim(id, text, e.getMessage(), false);
        }
    }
}
