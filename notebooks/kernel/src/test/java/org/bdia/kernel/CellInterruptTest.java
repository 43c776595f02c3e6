package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CellInterruptTest extends CellTest {

    @Test
    void aSleepingCellIsInterrupted() throws Exception {
        var error = interruptOnceStarted("Thread.sleep(60_000); }");
        assertThat(error.lines()).contains("java.lang.InterruptedException: cell interrupted");
        assertThat(cells.evaluate("Thread.interrupted()"))
                .as("the flag does not leak")
                .isEqualTo(false);
    }

    @Test
    void whatInterruptedCodeSaysOfItselfIsShown() throws Exception {
        var error =
                interruptOnceStarted(
                        "try { Thread.sleep(60_000); } catch (InterruptedException e) {"
                                + " throw new IllegalStateException(\"goes on from its checkpoint\", e); } }");
        assertThat(error)
                .hasMessage(
                        "java.lang.InterruptedException: cell interrupted: goes on from its checkpoint");
    }

    @Test
    void aLoopThatListensIsInterruptedAndLaterSnippetsDoNotRun() throws Exception {
        interruptOnceStarted("while (!Thread.interrupted()) {} }\nint after = 1;");
        assertThat(error("after")).isNotNull();
    }

    @Test
    void codeThatTidiesUpAfterAnInterruptIsWaitedForAndTheThreadStays() throws Exception {
        cells.evaluate("var thread = Thread.currentThread(); boolean tidy = false;");
        var error =
                interruptOnceStarted(
                        "while (!Thread.interrupted()) {} Thread.sleep(2_500); tidy = true; }");
        assertThat(error).hasMessage("java.lang.InterruptedException: cell interrupted");
        assertThat(cells.evaluate("tidy && thread == Thread.currentThread()")).isEqualTo(true);
    }

    @Test
    void aLoopThatDoesNotListenIsLeftBehindAndSaysSo() throws Exception {
        cells.evaluate("var stop = new java.util.concurrent.atomic.AtomicBoolean();");
        var error = interruptOnceStarted("while (!stop.get()) {} }");
        assertThat(error).hasMessageContaining("restart the kernel");
        assertThat(cells.evaluate("stop.set(true); 1")).isEqualTo(1);
    }

    /** Evaluates the code, the rest of a block, and interrupts it once the block has begun. */
    private CellError interruptOnceStarted(String code) throws Exception {
        var started =
                (CountDownLatch) cells.evaluate("var started = new CountDownLatch(1); started");
        var cell = CompletableFuture.supplyAsync(() -> error("{ started.countDown(); " + code));
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        cells.interrupt();
        return cell.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anInterruptOfNothingDoesNotHitTheNextCell() {
        cells.interrupt();
        assertThat(cells.evaluate("1")).isEqualTo(1);
    }
}
