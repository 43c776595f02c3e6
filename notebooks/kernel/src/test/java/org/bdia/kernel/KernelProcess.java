package org.bdia.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.messages.HMACGenerator;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** The kernel as Jupyter starts it, in a process of its own, and the little of Jupyter that talks to it. */
final class KernelProcess implements AutoCloseable {
    private static final int ANSWER_MILLIS = 60_000;
    private static final List<String> PORTS =
            List.of("shell_port", "control_port", "iopub_port", "stdin_port", "hb_port");

    private final ObjectMapper mapper = new ObjectMapper();
    private final ZContext sockets = new ZContext();
    private final HMACGenerator signature;
    private final Path log;
    private final Process process;
    private final ZMQ.Socket shell;
    private final ZMQ.Socket control;
    private final ZMQ.Socket results;
    private int messages;

    /** What the kernel published: its type and its content. */
    record Published(String type, JsonNode content) {
        String text(String name) {
            return content.path(name).asText();
        }
    }

    /** Starts the kernel with options of the JVM before those of its specification. */
    KernelProcess(Path folder, String key, List<String> options)
            throws IOException, GeneralSecurityException {
        Map<String, Object> connection = new LinkedHashMap<>();
        List<Integer> ports = freePorts(PORTS.size());
        for (int i = 0; i < PORTS.size(); i++) {
            connection.put(PORTS.get(i), ports.get(i));
        }
        connection.put("ip", "127.0.0.1");
        connection.put("transport", "tcp");
        connection.put("signature_scheme", "hmac-sha256");
        connection.put("key", key);
        Path file = folder.resolve("connection.json");
        mapper.writeValue(file.toFile(), connection);
        signature = new HMACGenerator("hmac-sha256", key);
        log = folder.resolve("kernel.log");
        JsonNode spec = spec(folder);
        var builder =
                new ProcessBuilder(command(spec, file, options))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("LC_ALL", "C"); // as containers and service managers have it
        spec.get("env").properties().forEach(e -> set(builder, e.getKey(), e.getValue()));
        process = builder.start();
        shell = connect(SocketType.DEALER, ports.get(0));
        control = connect(SocketType.DEALER, ports.get(1));
        results = connect(SocketType.SUB, ports.get(2));
        results.subscribe(ZMQ.SUBSCRIPTION_ALL);
    }

    private static void set(ProcessBuilder builder, String variable, JsonNode value) {
        builder.environment().put(variable, value.asText());
    }

    private JsonNode spec(Path folder) throws IOException {
        var installed = KernelSpec.current().install(folder).folder();
        return mapper.readTree(installed.resolve("kernel.json").toFile());
    }

    private static List<String> command(JsonNode spec, Path connection, List<String> options) {
        List<String> command = new ArrayList<>();
        for (JsonNode word : spec.get("argv")) {
            if (word.asText().equals(JavaKernel.class.getName())) {
                command.add("-XX:TieredStopAtLevel=1"); // it ends before optimised code pays
                command.addAll(options);
            }
            command.add(word.asText().replace("{connection_file}", connection.toString()));
        }
        return command;
    }

    /** All are open at once, so that no two are the same. */
    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                open.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return open.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : open) {
                socket.close();
            }
        }
    }

    private ZMQ.Socket connect(SocketType type, int port) {
        ZMQ.Socket socket = sockets.createSocket(type);
        socket.setReceiveTimeOut(ANSWER_MILLIS);
        socket.setLinger(0);
        socket.connect("tcp://127.0.0.1:" + port);
        return socket;
    }

    /** Evaluates a cell and waits for the reply's content. */
    JsonNode execute(String code) throws IOException {
        return execute(code, false, true);
    }

    JsonNode execute(String code, boolean silent, boolean stored) throws IOException {
        return ask(shell, "execute_request", request(code, silent, stored, Map.of()));
    }

    /** Evaluates a cell and then expressions by name. */
    JsonNode execute(String code, Map<String, String> expressions) throws IOException {
        return ask(shell, "execute_request", request(code, false, true, expressions));
    }

    /** Sends cells at once, and waits for the contents of all replies. */
    List<JsonNode> executeAll(String... cells) throws IOException {
        for (String code : cells) {
            send(shell, "execute_request", request(code, false, true, Map.of()), null);
        }
        List<JsonNode> replies = new ArrayList<>();
        for (String code : cells) {
            replies.add(answer(shell, code));
        }
        return replies;
    }

    private String request(
            String code, boolean silent, boolean stored, Map<String, String> expressions)
            throws IOException {
        return mapper.writeValueAsString(
                Map.of(
                        "code", code,
                        "silent", silent,
                        "store_history", stored,
                        "user_expressions", expressions,
                        "stop_on_error", true));
    }

    /** Waits until what the kernel publishes arrives here: a subscription takes its time. */
    void listen() throws IOException {
        results.setReceiveTimeOut(100);
        do {
            info();
        } while (receive(results).isEmpty());
        results.setReceiveTimeOut(ANSWER_MILLIS);
        published();
    }

    /** What the last request made the kernel publish, without the statuses, of which the idle one ends it. */
    List<Published> published() throws IOException {
        List<Published> found = new ArrayList<>();
        while (true) {
            List<byte[]> frames = receive(results);
            if (frames.isEmpty()) {
                throw new IllegalStateException("no idle status came; the log: " + log());
            }
            int end = frames.size();
            String parent = mapper.readTree(frames.get(end - 3)).path("msg_id").asText();
            if (parent.equals("message-" + (messages - 1))) {
                String type = mapper.readTree(frames.get(end - 4)).path("msg_type").asText();
                var message = new Published(type, mapper.readTree(frames.get(end - 1)));
                if (!type.equals("status")) {
                    found.add(message);
                } else if (message.text("execution_state").equals("idle")) {
                    return found;
                }
            }
        }
    }

    JsonNode info() throws IOException {
        return ask(shell, "kernel_info_request", "{}");
    }

    /** Asks for the last cells. */
    JsonNode history() throws IOException {
        return ask(
                shell,
                "history_request",
                "{\"hist_access_type\": \"tail\", \"n\": 10, \"raw\": true, \"output\": false}");
    }

    /** Sends a cell that somebody without the key has signed. */
    void forge(String code) throws IOException {
        String content = mapper.writeValueAsString(Map.of("code", code));
        send(shell, "execute_request", content, "0".repeat(64));
    }

    /** Shuts the kernel down and waits for its end; returns the exit status. */
    int shutdown() throws IOException, InterruptedException {
        ask(control, "shutdown_request", "{\"restart\": false}");
        if (!process.waitFor(ANSWER_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the kernel did not end; it said: " + log());
        }
        return process.exitValue();
    }

    /** What the kernel has written to its standard output and error. */
    String log() throws IOException {
        return Files.readString(log);
    }

    private JsonNode ask(ZMQ.Socket socket, String type, String content) throws IOException {
        send(socket, type, content, null);
        return answer(socket, type);
    }

    private JsonNode answer(ZMQ.Socket socket, String request) throws IOException {
        List<byte[]> frames = receive(socket);
        if (frames.isEmpty()) {
            throw new IllegalStateException(request + " was not answered; the log: " + log());
        }
        return mapper.readTree(frames.get(frames.size() - 1));
    }

    /** The frames of the next message; none if none comes in time. */
    private static List<byte[]> receive(ZMQ.Socket socket) {
        List<byte[]> frames = new ArrayList<>();
        for (byte[] frame = socket.recv(); frame != null; frame = socket.recv()) {
            frames.add(frame);
            if (!socket.hasReceiveMore()) {
                break;
            }
        }
        return frames;
    }

    private void send(ZMQ.Socket socket, String type, String content, String forged)
            throws IOException {
        Map<String, Object> header =
                Map.of(
                        "msg_id", "message-" + messages++,
                        "session", "test",
                        "username", "test",
                        "date", "2020-01-01T00:00:00Z",
                        "msg_type", type,
                        "version", "5.3");
        List<byte[]> parts = new ArrayList<>();
        for (String part : List.of(mapper.writeValueAsString(header), "{}", "{}", content)) {
            parts.add(part.getBytes(StandardCharsets.UTF_8));
        }
        String signed = signature.calculateSignature(parts.toArray(byte[][]::new));
        socket.sendMore("<IDS|MSG>");
        socket.sendMore(forged == null ? signed : forged);
        for (int i = 0; i < parts.size() - 1; i++) {
            socket.sendMore(parts.get(i));
        }
        socket.send(parts.get(parts.size() - 1));
    }

    /** Ends the process, if it is still there. */
    @Override
    public void close() {
        process.destroyForcibly();
        sockets.close();
    }
}
