package org.bdia.data;

import java.time.Duration;

/** Rules that let a server on this machine through, with limits that tests reach. */
final class FetchRulesForTests {

    static final int UNPACKED = 1 << 20;

    /** Patient in all but a stall. */
    static final FetchRules PATIENT =
            new FetchRules(
                    true,
                    Duration.ofSeconds(20),
                    Duration.ofMillis(300),
                    2,
                    Duration.ofMillis(1),
                    3,
                    1 << 20,
                    UNPACKED,
                    10);

    private FetchRulesForTests() {}
}
