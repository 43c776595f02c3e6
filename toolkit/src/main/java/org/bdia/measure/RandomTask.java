package org.bdia.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.bdia.config.GptConfig;
import org.bdia.config.ModelConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.train.Batch;
import org.bdia.train.Task;

/**
 * Random inputs as large and long as a model takes them, and random labels: what a step costs does not depend on what is learnt.
 *
 * @param model whose inputs they are
 */
record RandomTask(ModelConfig model) implements Task {

    @Override
    public int stepsPerEpoch(int batch) {
        return 1;
    }

    @Override
    public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
        var random = new SplittableRandom(seed);
        long[] samples = LongStream.range(0, batch).toArray();
        if (model instanceof VitConfig vit) {
            NDArray pixels =
                    numbers(manager, random, new Shape(batch, 3, vit.image(), vit.image()));
            NDArray labels = ids(manager, random, vit.classes(), new Shape(batch));
            return new Batch(new NDList(pixels), labels, samples, batch);
        }
        if (model instanceof GptConfig gpt) {
            Shape shape = new Shape(batch, gpt.context());
            NDList inputs = new NDList(ids(manager, random, gpt.vocabulary(), shape));
            return new Batch(
                    inputs, ids(manager, random, gpt.vocabulary(), shape), samples, shape.size());
        }
        var pair = (Seq2SeqConfig) model;
        Shape shape = new Shape(batch, pair.context());
        NDList inputs =
                new NDList(
                        ids(manager, random, pair.sourceVocabulary(), shape),
                        ids(manager, random, pair.targetVocabulary(), shape));
        NDArray labels = ids(manager, random, pair.targetVocabulary(), shape);
        return new Batch(inputs, labels, samples, shape.size());
    }

    private static NDArray numbers(NDManager manager, SplittableRandom random, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return manager.create(values, shape);
    }

    /** Returns ids from 1, since 0 may be padding. */
    private static NDArray ids(NDManager manager, SplittableRandom random, int bound, Shape shape) {
        return manager.create(random.longs(shape.size(), 1, bound).toArray(), shape);
    }

    @Override
    public int size(Split split) {
        return 0;
    }

    @Override
    public Batch evaluation(NDManager manager, Split split, int from, int to) {
        throw new IllegalArgumentException("random samples are trained on, not evaluated");
    }
}
