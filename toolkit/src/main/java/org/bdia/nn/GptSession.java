package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decoding state of a {@link Gpt}; past the context only the last tokens are visible. */
final class GptSession implements DecodingSession {

    private final Gpt model;
    private final NDManager manager;
    private final KeyValueCache cache;
    private List<int[]> texts;
    private int cached;

    /** A session of one empty text. */
    GptSession(Gpt model, NDManager parent) {
        this.model = model;
        manager = parent.newSubManager();
        cache = new KeyValueCache(manager, model.config().depth());
        texts = List.of(new int[0]);
    }

    @Override
    public int room() {
        return Integer.MAX_VALUE;
    }

    @Override
    public float[][] feed(int[][] tokens) {
        List<int[]> longer = new ArrayList<>();
        for (int row = 0; row < tokens.length; row++) {
            longer.add(Tokens.concat(texts.get(row), tokens[row]));
        }
        texts = longer;
        int length = texts.get(0).length;
        int context = model.config().context();
        int from = cached;
        int position = cached;
        if (length > context) {
            // Every token moves to an earlier position, so no key or value stays what it was.
            cache.clear();
            from = length - context;
            position = 0;
        }
        long[][] ids = new long[texts.size()][];
        for (int row = 0; row < ids.length; row++) {
            ids[row] = Arrays.stream(texts.get(row), from, length).asLongStream().toArray();
        }
        cached = position + length - from;
        try (NDScope scope = new NDScope()) {
            NDArray logits = model.decodeStep(Tokens.array(manager, ids), position, cache);
            return Tokens.rows(logits);
        }
    }

    @Override
    public void select(int[] rows) {
        List<int[]> selected = new ArrayList<>();
        for (int row : rows) {
            selected.add(texts.get(row));
        }
        texts = selected;
        try (NDScope scope = new NDScope()) {
            cache.select(manager.create(rows));
        }
    }

    @Override
    public void close() {
        cache.close();
        manager.close();
    }
}
