package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.reversible.StepKey;
import org.bdia.run.Build;
import org.bdia.train.Batch;
import org.bdia.train.Optimizer;
import org.bdia.train.Task;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pins every bit of small training runs: initial weights, states, losses, gradients, weights after three steps, a resumed
 * run and generated tokens, per model, method and way of differentiating.
 *
 * <p>The bits of a float32 product depend on the processor, so each kind of processor has a file of its own; a machine
 * whose file is absent skips the test. {@code -Dbdia.guards=record} writes its file, to be done on a commit whose
 * arithmetic is trusted; the file's first line says which {@link Build#ARITHMETIC} its bits are of, and other bits of the same
 * version are refused.
 */
class GuardTest {

    private static final int STEPS = 3;
    private static final List<Method> METHODS =
            List.of(
                    Method.standard(),
                    Method.quantised(),
                    Method.bdia(0.5),
                    Method.bdia(0.25),
                    Method.bdiaFloat(0.5),
                    Method.revNet(),
                    Method.midpoint());
    private static final Execution STORE = Execution.of(Backprop.STORE);
    private static final Decoding BEAM = Decoding.beam(2);
    private static final ActivationConfig GELU = ActivationConfig.GELU;
    private static final ActivationConfig INVERTED =
            ActivationConfig.inverted(ActivationConfig.Function.GELU);

    /** The number of threads that the pinned bits are of, whatever the other tests have. */
    private static final int THREADS = 2;

    @TempDir private Path folder;
    private final List<String> lines = new ArrayList<>();
    private int before;

    @BeforeEach
    void takeTwoThreads() {
        Engine.getEngine("PyTorch"); // loads what is told its threads
        before = JniUtils.getNumThreads();
        JniUtils.setNumThreads(THREADS);
    }

    @AfterEach
    void giveThreadsBack() {
        JniUtils.setNumThreads(before);
    }

    @Test
    void everyBitIsThePinnedOne() throws IOException {
        Path pinned = Path.of("src/test/guards", processor() + ".txt");
        boolean record = "record".equals(System.getProperty("bdia.guards"));
        assumeTrue(
                record || Files.exists(pinned),
                () -> "no bits are pinned for this processor, see " + pinned);

        lines.add("arithmetic " + Build.ARITHMETIC);
        model("vit", GuardSubject.VIT);
        model("vit-locality", GuardSubject.LOCALITY_VIT);
        model("gpt", GuardSubject.GPT);
        model("seq2seq", GuardSubject.SEQ2SEQ);
        generated();

        if (record) {
            Files.createDirectories(pinned.getParent());
            List<String> before = Files.exists(pinned) ? Files.readAllLines(pinned) : List.of();
            requireNewVersion(before, lines);
            Files.write(pinned, lines);
        }
        assertThat(lines)
                .as("whoever changes bits on purpose raises Build.ARITHMETIC and records them anew")
                .isEqualTo(Files.readAllLines(pinned));
    }

    @Test
    void otherBitsOfTheSameVersionAreNotRecorded() {
        List<String> before = List.of("arithmetic 1", "gpt loss aa");
        requireNewVersion(before, List.of("arithmetic 1", "gpt loss aa", "vit loss cc"));
        requireNewVersion(before, List.of("arithmetic 2", "gpt loss bb"));
        assertThatThrownBy(() -> requireNewVersion(before, List.of("arithmetic 1", "gpt loss bb")))
                .hasMessage("raise Build.ARITHMETIC: these bits changed: [gpt loss aa]");
    }

    /** Bits may be added to a version, but none of them may change. */
    private static void requireNewVersion(List<String> before, List<String> now) {
        List<String> changed = before.stream().filter(line -> !now.contains(line)).toList();
        if (!changed.isEmpty() && now.contains(before.get(0))) {
            throw new IllegalStateException(
                    "raise Build.ARITHMETIC: these bits changed: " + changed);
        }
    }

    private void model(String name, GuardSubject.Make make) throws IOException {
        for (Method method : METHODS) {
            if (name.equals("seq2seq") && method instanceof Method.RevNet) {
                continue;
            }
            training(name + " " + word(method) + " store", make, method, STORE, GELU);
            if (method.invertible()) {
                Execution reversible = Execution.of(Backprop.REVERSIBLE);
                training(name + " " + word(method) + " reversible", make, method, reversible, GELU);
                training(
                        name + " " + word(method) + " inverted",
                        make,
                        method,
                        reversible,
                        INVERTED);
            }
        }
        Execution checkpoint = Execution.of(Backprop.CHECKPOINT);
        training(name + " standard checkpoint", make, Method.standard(), checkpoint, GELU);
        training(name + " bdia lean", make, Method.bdia(0.5), Execution.lean(), INVERTED);
        resumed(name + " bdia", make);
    }

    private static String word(Method method) {
        return METHODS.indexOf(method) + "-" + method.label();
    }

    private void training(
            String name,
            GuardSubject.Make make,
            Method method,
            Execution execution,
            ActivationConfig activation) {
        try (NDManager manager = NDManager.newBaseManager()) {
            GuardSubject subject = make.of(method, execution, activation, manager);
            ReversibleModel model = subject.model();
            line(name, "initial", weights(model));
            try (Optimizer optimizer = Optimizer.of(config(1).optimizer(), manager, model)) {
                optimizer.zeroGradients();
                for (int step = 0; step < STEPS; step++) {
                    step(name + " step " + step, subject, optimizer, manager, step);
                }
            }
        }
    }

    private void step(
            String name, GuardSubject subject, Optimizer optimizer, NDManager manager, int step) {
        ReversibleModel model = subject.model();
        Task task = subject.task();
        try (Batch batch = task.training(manager, 3, 0, step, config(1).batch())) {
            var draw = new StepKey(3, step, batch.sampleIds());
            MessageDigest states = sha256();
            subject.showStates(batch, draw, (k, x) -> add(states, x.toFloatArray()));
            line(name, "states", hex(states));
            float loss =
                    model.differentiate(
                            batch.inputs(), output -> task.loss(output, batch.labels(), 0.1), draw);
            line(name, "loss", Float.toHexString(loss));
        }
        line(name, "gradients", gradients(model));
        optimizer.update(1e-2);
        optimizer.zeroGradients();
        line(name, "weights", weights(model));
    }

    private void resumed(String name, GuardSubject.Make make) throws IOException {
        Path run = folder.resolve(name.replace(' ', '-'));
        for (int stop : new int[] {2, Integer.MAX_VALUE}) {
            try (NDManager manager = NDManager.newBaseManager()) {
                Execution execution = Execution.of(Backprop.REVERSIBLE);
                GuardSubject subject = make.of(Method.bdia(0.5), execution, GELU, manager);
                int[] done = {0};
                boolean finished =
                        new Trainer(subject.model(), subject.task(), config(2), 4)
                                .withCheckpoints(run, "guard")
                                .withEvents(event -> done[0] = (int) event.step())
                                .withStop(() -> done[0] >= stop)
                                .train(manager);
                if (finished) {
                    line(name, "resumed", weights(subject.model()));
                }
            }
        }
    }

    private void generated() {
        try (NDManager manager = NDManager.newBaseManager()) {
            for (Method method : METHODS) {
                Gpt gpt = (Gpt) GuardSubject.GPT.of(method, STORE, GELU, manager).model();
                int[] ids = Generator.generate(gpt, manager, new int[] {3, 1, 4}, 10, -1, BEAM);
                line("gpt " + word(method), "generated", Arrays.toString(ids));
            }
            Seq2Seq model =
                    (Seq2Seq)
                            GuardSubject.SEQ2SEQ.of(Method.bdia(0.5), STORE, GELU, manager).model();
            int[][] ids =
                    Generator.translate(
                            model, manager, new int[][] {{3, 1, 4}, {1, 5}}, 1, 2, 8, BEAM);
            line("seq2seq", "generated", Arrays.deepToString(ids));
        }
    }

    private static TrainConfig config(int epochs) {
        return TrainConfig.of(epochs, 6, 1e-2);
    }

    private static String weights(ReversibleModel model) {
        return parameters(model, NDArray::toFloatArray);
    }

    private static String gradients(ReversibleModel model) {
        return parameters(model, weight -> weight.getGradient().toFloatArray());
    }

    /** Does not depend on the parameters' order or names: only values are pinned. */
    private static String parameters(ReversibleModel model, Function<NDArray, float[]> values) {
        MessageDigest digest = sha256();
        model.getParameters().values().stream()
                .map(Parameter::getArray)
                .filter(NDArray::hasGradient)
                .map(weight -> hash(sha256(), values.apply(weight)))
                .sorted()
                .forEach(hash -> digest.update(hash.getBytes(StandardCharsets.US_ASCII)));
        return hex(digest);
    }

    private static String hash(MessageDigest digest, float[] values) {
        add(digest, values);
        return hex(digest);
    }

    private static void add(MessageDigest digest, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void line(String name, String what, String value) {
        lines.add(name + " " + what + " " + value);
    }

    /** Processor, vector instructions and threads: what the bits of float32 products depend on. */
    private static String processor() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        String text = Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        String model =
                Stream.of("vendor_id", "cpu family", "model")
                        .map(key -> value(text, key))
                        .collect(Collectors.joining("-"));
        String vectors =
                text.contains(" avx512f ") ? "avx512" : text.contains(" avx2 ") ? "avx2" : "other";
        return model + "-" + vectors + "-" + JniUtils.getNumThreads();
    }

    private static String value(String text, String key) {
        return text.lines()
                .filter(line -> line.matches(key + "\\s*:.*"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }
}
