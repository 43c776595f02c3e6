package org.bdia.cli;

import ai.djl.Device;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.bdia.torch.Bfloat16;

/** Finding of what this machine and this Java allow a process. */
final class LimitsFinding {

    /** A sweep holds the pipes and logs of its children, a kernel its sockets and the class path's jars. */
    private static final long FILES = 1024;

    private LimitsFinding() {}

    /** Returns the finding for this process. */
    static Finding ofThisProcess() {
        return of(openFiles(), bfloat16(), ModuleLayer.boot().findModule("jdk.jshell").isPresent());
    }

    /**
     * Returns the finding.
     *
     * @param files the limit of open files; empty where it is unknown
     * @param bfloat16 whether the processor has bfloat16 instructions
     * @param jshell whether this Java has the module that evaluates cells
     */
    static Finding of(OptionalLong files, boolean bfloat16, boolean jshell) {
        List<String> found = new ArrayList<>();
        List<String> fixes = new ArrayList<>();
        if (files.isPresent()) {
            found.add(files.getAsLong() + " open files");
            if (files.getAsLong() < FILES) {
                fixes.add("raise the limit of open files (ulimit -n) to " + FILES + " or more");
            }
        }
        // Not a fault: float32 is the default.
        found.add((bfloat16 ? "bfloat16" : "no bfloat16") + " in the processor");
        found.add(jshell ? "jdk.jshell" : "no jdk.jshell");
        if (!jshell) {
            fixes.add(
                    "run the kernel with a JDK, which has jdk.jshell: a runtime cannot compile cells");
        }
        return new Finding(
                "limits", fixes.isEmpty(), String.join(", ", found), String.join("; ", fixes));
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
