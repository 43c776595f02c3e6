package org.bdia.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UninterruptedTest {

    @Test
    void anInterruptWaits() {
        Thread.currentThread().interrupt();
        boolean inside = Uninterrupted.get(() -> Thread.currentThread().isInterrupted());

        assertThat(Thread.interrupted()).isTrue();
        assertThat(inside).isFalse();
    }

    @Test
    void anInterruptOutlivesAnError() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(
                        () ->
                                Uninterrupted.run(
                                        () -> {
                                            throw new IllegalStateException("no ink");
                                        }))
                .hasMessage("no ink");

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whoWasNotInterruptedIsNotAfterwards() {
        Uninterrupted.run(() -> {});

        assertThat(Thread.interrupted()).isFalse();
    }
}
