package org.bdia.cli;

import ai.djl.Device;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.bdia.torch.Bfloat16;

/** What this machine and this Java allow a process. */
final class LimitsFinding {

    /** A runner holds the pipes and logs of its children, a kernel its sockets and the class path's jars. */
    private static final long FILES = 1024;

    private LimitsFinding() {}

    /** The limits of this very process. */
    static Finding ofThisProcess() {
        return of(openFiles(), bfloat16(), ModuleLayer.boot().findModule("jdk.jshell").isPresent());
    }

    /**
     * A finding.
     *
     * @param files the most files that a process may have open; empty where the system does not say
     * @param bfloat16 whether the processor has bfloat16 instructions
     * @param jshell whether this Java has the module that evaluates cells
     */
    static Finding of(OptionalLong files, boolean bfloat16, boolean jshell) {
        List<String> found = new ArrayList<>();
        List<String> mends = new ArrayList<>();
        if (files.isPresent()) {
            found.add(files.getAsLong() + " open files");
            if (files.getAsLong() < FILES) {
                mends.add("raise the limit of open files (ulimit -n) to " + FILES + " or more");
            }
        }
        // No fault: float32 is what everything runs in by default.
        found.add((bfloat16 ? "bfloat16" : "no bfloat16") + " in the processor");
        found.add(jshell ? "jdk.jshell" : "no jdk.jshell");
        if (!jshell) {
            mends.add(
                    "run the kernel with a JDK, which has jdk.jshell: a runtime cannot compile cells");
        }
        return new Finding(
                "limits", mends.isEmpty(), String.join(", ", found), String.join("; ", mends));
    }

    private static OptionalLong openFiles() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean unix
                ? OptionalLong.of(unix.getMaxFileDescriptorCount())
                : OptionalLong.empty();
    }

    private static boolean bfloat16() {
        try {
            Bfloat16.requireOn(Device.cpu());
            return true;
        } catch (IllegalArgumentException slow) {
            return false;
        }
    }
}
