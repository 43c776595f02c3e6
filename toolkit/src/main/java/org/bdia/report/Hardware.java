package org.bdia.report;

import java.util.Locale;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.HardwareAbstractionLayer;

/** The machine in the words of captions and results files. */
public final class Hardware {
    private static final double GIB = 1L << 30;

    private Hardware() {}

    /** Returns a text, for example {@code Xeon Platinum 8375C CPU @ 2.90GHz, 2 cores, 16 GiB, Linux amd64, Java 17.0.15}. */
    public static String describe() {
        HardwareAbstractionLayer machine = new SystemInfo().getHardware();
        CentralProcessor processor = machine.getProcessor();
        return String.format(
                Locale.ROOT,
                "%s, %.0f GiB, %s %s, Java %s",
                processor(
                        processor.getProcessorIdentifier().getName(),
                        Runtime.getRuntime().availableProcessors()),
                machine.getMemory().getTotal() / GIB,
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                System.getProperty("java.version"));
    }

    /**
     * Returns a processor in the words of every caption, for example {@code AMD EPYC, 1 core}.
     *
     * @param cores the logical processors that the process may use
     */
    static String processor(String name, int cores) {
        return name.replace("(R)", "").strip() + ", " + cores + (cores == 1 ? " core" : " cores");
    }
}
