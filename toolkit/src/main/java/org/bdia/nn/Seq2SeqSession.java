package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;

/** Decoding state of a {@link Seq2Seq}, whose sources are encoded once. */
final class Seq2SeqSession implements DecodingSession {

    private final Seq2Seq model;
    private final NDManager manager;
    private final KeyValueCache past;
    private final KeyValueCache memoryCache;
    private NDList context;
    private int position;

    /** A session with one empty translation per source. */
    Seq2SeqSession(Seq2Seq model, NDManager parent, int[][] sources) {
        this.model = model;
        manager = parent.newSubManager();
        past = new KeyValueCache(manager, model.config().decoderDepth());
        memoryCache = new KeyValueCache(manager, model.config().decoderDepth());
        try (NDScope scope = new NDScope()) {
            keep(model.encode(Tokens.padded(manager, sources)));
        }
    }

    private void keep(NDList arrays) {
        arrays.forEach(NDScope::unregister);
        arrays.attach(manager);
        context = arrays;
    }

    @Override
    public int room() {
        return model.config().context() - position;
    }

    @Override
    public float[][] feed(int[][] tokens) {
        try (NDScope scope = new NDScope()) {
            NDArray ids = Tokens.padded(manager, tokens);
            NDArray logits = model.decodeStep(context, ids, position, past, memoryCache);
            position += tokens[0].length;
            return Tokens.rows(logits);
        }
    }

    @Override
    public void select(int[] selected) {
        try (NDScope scope = new NDScope()) {
            NDArray indices = manager.create(selected);
            past.select(indices);
            memoryCache.select(indices);
            NDList before = context;
            keep(new NDList(before.get(0).get(indices), before.get(1).get(indices)));
            before.close();
        }
    }

    @Override
    public void close() {
        past.close();
        memoryCache.close();
        manager.close();
    }
}
