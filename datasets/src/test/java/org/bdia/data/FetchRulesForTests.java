package org.bdia.data;

import java.time.Duration;

/** Rules that let a server on this machine through, with limits that tests reach. */
final class FetchRulesForTests {

    static final int UNPACKED = 1 << 20;

    /** Patient in all but a stall. */
    static final FetchRules PATIENT = answeringWithin(Duration.ofSeconds(20));

    /** Not even patient with a server that has yet to answer. */
    static final FetchRules IMPATIENT = answeringWithin(Duration.ofMillis(300));

    private FetchRulesForTests() {}

    private static FetchRules answeringWithin(Duration connect) {
        return new FetchRules(
                true,
                connect,
                Duration.ofMillis(300),
                100,
                2,
                Duration.ofMillis(1),
                3,
                1 << 20,
                UNPACKED,
                10);
    }
}
