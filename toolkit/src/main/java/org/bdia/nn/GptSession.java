package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts that a {@link Gpt} goes on with; beyond its context it sees the last tokens only. */
final class GptSession implements DecodingSession {

    private final Gpt model;
    private final NDManager manager;
    private final KeyValueCache cache;
    private List<int[]> texts;
    private int cached;

    /** A session of that many empty texts. */
    GptSession(Gpt model, NDManager parent, int rows) {
        this.model = model;
        manager = parent.newSubManager();
        cache = new KeyValueCache(manager, model.config().depth());
        texts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            texts.add(new int[0]);
        }
    }

    @Override
    public int rows() {
        return texts.size();
    }

    @Override
    public int room() {
        return Integer.MAX_VALUE;
    }

    @Override
    public float[][] feed(int[][] tokens) {
        for (int row = 0; row < tokens.length; row++) {
            texts.set(row, Tokens.concat(texts.get(row), tokens[row]));
        }
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
            scope.suppressNotUsedWarning();
            NDArray scores = model.decodeStep(Tokens.array(manager, ids), position, cache);
            return Tokens.rows(scores);
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
            scope.suppressNotUsedWarning();
            cache.select(manager.create(rows));
        }
    }

    @Override
    public void close() {
        cache.close();
        manager.close();
    }
}
