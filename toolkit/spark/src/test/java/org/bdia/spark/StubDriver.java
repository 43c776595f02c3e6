package org.bdia.spark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.bdia.spark.Message.Kind;
import org.bdia.spark.Message.Order;
import org.bdia.spark.Message.Report;
import org.bdia.spark.Message.Setup;

/** A process that answers as a driver does, without Spark: its argument says how. */
final class StubDriver {

    private StubDriver() {}

    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Setup setup = Message.parse(input.readLine(), Setup.class);
        System.out.println("26/11/29 INFO Spark: noise");
        switch (arguments[0]) {
            case "refuse" -> say(Report.of(Kind.LOST, "no executor sees " + setup.runs(), 0));
            case "die" -> System.out.println("java.net.ConnectException: refused");
            default -> {
                say(Report.of(Kind.READY, "3 at a time", 3));
                serve(input, arguments[0]);
            }
        }
    }

    private static void serve(BufferedReader input, String how) throws Exception {
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            Order order = Message.parse(line, Order.class);
            if (how.equals("lose")) {
                say(Report.of(Kind.LOST, "no usable executor", 0));
                return;
            }
            if (how.equals("garble")) {
                System.out.println(Message.MARK + "{\"kind\":");
                continue;
            }
            if (how.equals("log")) {
                log();
                List<String> lines = Collections.nCopies(400, "at ".repeat(30));
                say(new Report(Kind.END, order.run(), "", 1, lines));
                continue;
            }
            say(new Report(Kind.STEP, order.run(), "@step 5 10 loss 1", 0, List.of()));
            say(new Report(Kind.END, order.run(), "", 1, List.of("γ", "(on host 7)")));
        }
    }

    /** Logs as Spark does, on standard error, while the report is written. */
    private static void log() {
        Thread noise =
                new Thread(
                        () -> {
                            for (int i = 0; i < 2000; i++) {
                                System.err.println("26/11/29 WARN Spark: noise");
                            }
                        });
        noise.setDaemon(true);
        noise.start();
    }

    private static void say(Report report) {
        System.out.println(Message.MARK + Message.json(report));
    }
}
