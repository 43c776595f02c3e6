package org.bdia.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bdia.config.FileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    @TempDir private Path folder;

    @Test
    void aSecondOpenerInTheSameProcessIsToldWhoTheFirstIs() {
        var first = RunLock.take(folder);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> RunLock.take(folder))
                    .isInstanceOf(FileException.class)
                    .hasMessageContainingAll(
                            folder.toString(), "process " + ProcessHandle.current().pid());
        }
        first.close();
        RunLock.take(folder).close();
    }

    /** POSIX would have freed the folder for others if the refused attempt had touched the lock file. */
    @Test
    @Timeout(60)
    void anotherProcessIsRefusedAfterARefusalHere() throws Exception {
        var first = RunLock.take(folder);
        assertThatThrownBy(() -> RunLock.take(folder)).isInstanceOf(FileException.class);
        var other = holder();
        assertThat(other.waitFor()).isNotZero();
        assertThat(new String(other.getErrorStream().readAllBytes(), UTF_8))
                .contains("already open for writing by process " + ProcessHandle.current().pid());
        first.close();
    }

    @Test
    @Timeout(60)
    void aLivingOwnerIsNamedAndADeadOneIsNoHindrance() throws Exception {
        var owner = holder();
        assertThat(owner.inputReader().readLine()).isEqualTo("locked");
        assertThatThrownBy(() -> RunLock.take(folder))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("process " + owner.pid());
        owner.destroyForcibly();
        assertThat(owner.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("lock.owner")).exists();
        RunLock.take(folder).close();
        assertThat(folder.resolve("lock.owner")).doesNotExist();
    }

    private Process holder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.toString())
                .start();
    }

    /** Another process, which takes the lock, says so, and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws InterruptedException {
            var lock = RunLock.take(Path.of(arguments[0]));
            System.out.println("locked");
            Thread.sleep(60_000);
            lock.close();
        }
    }
}
