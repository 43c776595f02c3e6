package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values of the tokens that a generation has read, so that each new token is computed alone. One manager owns
 * them all.
 */
final class KeyValueCache implements AutoCloseable {

    private final NDManager manager;
    private final List<Layer> layers = new ArrayList<>();

    KeyValueCache(NDManager parent, int depth) {
        manager = parent.newSubManager();
        for (int k = 0; k < depth; k++) {
            layers.add(new Layer());
        }
    }

    Layer layer(int k) {
        return layers.get(k);
    }

    /** Keeps these rows, in this order; a row may be kept several times. */
    void select(NDArray rows) {
        for (Layer layer : layers) {
            if (!layer.isEmpty()) {
                layer.replace(layer.keys.get(rows), layer.values.get(rows));
            }
        }
    }

    /** Forgets all tokens. */
    void clear() {
        layers.forEach(Layer::clear);
    }

    @Override
    public void close() {
        manager.close();
    }

    /** One block's keys and values, (B, H, T, E). */
    final class Layer {

        private NDArray keys;
        private NDArray values;

        boolean isEmpty() {
            return keys == null;
        }

        NDArray keys() {
            return keys;
        }

        NDArray values() {
            return values;
        }

        /** Adds the keys and values of further tokens. */
        void append(NDArray moreKeys, NDArray moreValues) {
            if (isEmpty()) {
                replace(moreKeys.duplicate(), moreValues.duplicate());
            } else {
                replace(keys.concat(moreKeys, 2), values.concat(moreValues, 2));
            }
        }

        private void replace(NDArray newKeys, NDArray newValues) {
            clear();
            keys = keep(newKeys);
            values = keep(newValues);
        }

        private void clear() {
            if (!isEmpty()) {
                keys.close();
                values.close();
                keys = null;
                values = null;
            }
        }

        private NDArray keep(NDArray array) {
            NDScope.unregister(array);
            array.attach(manager);
            return array;
        }
    }
}
