package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import org.bdia.config.FixedPoint;
import org.bdia.torch.Scoped;

/**
 * The side information of one state: s = (−x/2<sup>−l</sup>) mod 2<sup>m</sup> for every activation, packed
 * 8/m to a byte. For m = 1 it is the parity of eq. 20.
 *
 * @param packed uint8, owned here
 * @param shape the state's
 * @param bits m
 * @param grid the state's
 */
record SideBits(NDArray packed, Shape shape, int bits, FixedPoint grid) implements AutoCloseable {

    /** The side bits of a method that keeps none. */
    static final SideBits NONE = new SideBits(null, new Shape(), 0, null);

    /**
     * Takes the side bits of a state.
     *
     * @param manager the manager that is to own the packed bits
     * @param state a float32 array on the grid
     * @param bits m, 1 or 2
     * @param grid the state's grid
     */
    static SideBits of(NDManager manager, NDArray state, int bits, FixedPoint grid) {
        NDArray packed = Scoped.result(() -> pack(manager, state, bits, grid));
        return packed(manager, packed, state.getShape(), bits, grid);
    }

    /**
     * Takes over bits that are packed already.
     *
     * @param manager the manager that is to own them
     * @param packed uint8, 8/m activations to a byte
     * @param shape the state's shape
     */
    static SideBits packed(
            NDManager manager, NDArray packed, Shape shape, int bits, FixedPoint grid) {
        NDScope.unregister(packed);
        packed.attach(manager);
        return new SideBits(packed, shape, bits, grid);
    }

    /** (1, 2<sup>m</sup>, 2<sup>2m</sup>, …) as a column: a product with it adds the values of one byte up, exactly. */
    static NDArray weights(NDArray like, int bits) {
        int perByte = 8 / bits;
        float[] weights = new float[perByte];
        for (int i = 0; i < perByte; i++) {
            weights[i] = 1 << (i * bits);
        }
        return like.getManager().create(weights, new Shape(perByte, 1));
    }

    private static NDArray pack(NDManager manager, NDArray state, int bits, FixedPoint grid) {
        int perByte = 8 / bits;
        NDArray negated = state.mul(-grid.scale());
        NDArray floor = negated.mul(1.0 / (1 << bits)).floor();
        NDArray values = negated.subi(floor.muli(1 << bits)).reshape(-1);
        long missing = Math.floorMod(-values.size(), (long) perByte);
        if (missing > 0) {
            values = values.concat(manager.zeros(new Shape(missing)), 0);
        }
        NDArray bytes = values.reshape(-1, perByte).matMul(weights(state, bits));
        return bytes.toType(DataType.UINT8, true);
    }

    /** sign·s·2<sup>−l</sup> for every activation, in the state's shape, never −0.0; float32. */
    NDArray offsets(int sign) {
        return Scoped.result(() -> unpack(sign));
    }

    private NDArray unpack(int sign) {
        int perByte = 8 / bits;
        float[] table = new float[256 * perByte];
        for (int value = 0; value < 256; value++) {
            for (int i = 0; i < perByte; i++) {
                int s = value >> (i * bits) & ((1 << bits) - 1);
                table[value * perByte + i] = (float) (sign * s * grid.step());
            }
        }
        NDManager manager = packed.getManager();
        NDList looked =
                Embedding.embedding(
                        packed.reshape(-1).toType(DataType.INT32, false),
                        manager.create(table, new Shape(256, perByte)),
                        SparseFormat.DENSE);
        NDArray flat = looked.singletonOrThrow().reshape(-1);
        if (flat.size() != shape.size()) {
            flat = flat.get("0:" + shape.size());
        }
        return flat.reshape(shape);
    }

    /** The bytes held: m bits per activation, rounded up to a whole byte. */
    public long bytes() {
        return packed == null ? 0 : packed.size();
    }

    /** Frees the packed bits. */
    @Override
    public void close() {
        if (packed != null) {
            packed.close();
        }
    }
}
