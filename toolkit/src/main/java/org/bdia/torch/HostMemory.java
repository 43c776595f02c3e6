package org.bdia.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps the JVM memory that a recorded graph reads until closed, after the graph's backward pass.
 *
 * <p>DJL puts numbers and Java arrays into direct buffers that the engine reads in place: {@code array.mul(2)} makes such
 * an array and closes it at once. A closed array releases its buffer, but a graph may read it in its backward pass, and a
 * garbage collection before that would change gradients silently.
 *
 * <p>DJL offers no hook, so the fields that every new array passes through are replaced here, by reflection and for the
 * calling thread alone.
 */
public final class HostMemory implements AutoCloseable {

    private static final Field SCOPES = field(NDScope.class, "SCOPE_STACK");
    private static final Field ARRAYS = field(NDScope.class, "resources");
    private static final Field BUFFER = field(PtNDArray.class, "dataRef");

    private final List<Object> buffers = new ArrayList<>();

    /** Creates a holder that keeps nothing yet. */
    public HostMemory() {}

    /** Returns the computation's result; buffers of all arrays that it makes are kept. */
    public <T> T of(Supplier<T> computation) {
        ThreadLocal<Deque<NDScope>> scopes = scopes();
        Deque<NDScope> before = scopes.get();
        scopes.set(new Scopes(before));
        var made = new NDScope();
        try {
            return computation.get();
        } finally {
            scopes.set(before);
            arrays(made).keySet().forEach(NDScope::register);
        }
    }

    /** Returns how many buffers are kept. */
    public int size() {
        return buffers.size();
    }

    /** Releases the memory. */
    @Override
    public void close() {
        buffers.clear();
    }

    /** A thread's scopes; those opened from now on collect buffers. */
    private final class Scopes extends ArrayDeque<NDScope> {
        private static final long serialVersionUID = 1;

        Scopes(Deque<NDScope> outer) {
            outer.forEach(super::addLast);
        }

        @Override
        public void addLast(NDScope scope) {
            write(ARRAYS, scope, new Arrays());
            super.addLast(scope);
        }
    }

    /** A scope's arrays; each new array is put here. */
    private final class Arrays extends IdentityHashMap<NDArray, NDArray> {
        private static final long serialVersionUID = 1;

        @Override
        public NDArray put(NDArray array, NDArray same) {
            Object buffer = array instanceof PtNDArray ? read(BUFFER, array) : null;
            if (buffer != null) {
                buffers.add(buffer);
            }
            return super.put(array, same);
        }
    }

    @SuppressWarnings("unchecked")
    private static ThreadLocal<Deque<NDScope>> scopes() {
        return (ThreadLocal<Deque<NDScope>>) read(SCOPES, null);
    }

    @SuppressWarnings("unchecked")
    private static IdentityHashMap<NDArray, NDArray> arrays(NDScope scope) {
        return (IdentityHashMap<NDArray, NDArray>) read(ARRAYS, scope);
    }

    private static Field field(Class<?> of, String name) {
        try {
            Field field = of.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw unknown(of.getName() + "." + name, e);
        }
    }

    private static Object read(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw unknown(field.toString(), e);
        }
    }

    private static void write(Field field, Object of, Object value) {
        try {
            field.set(of, value);
        } catch (IllegalAccessException e) {
            throw unknown(field.toString(), e);
        }
    }

    private static IllegalStateException unknown(String field, Exception cause) {
        return new IllegalStateException(
                "this version of DJL has no accessible field "
                        + field
                        + ", without which gradients could read freed memory; use the version"
                        + " that the toolkit was built with, on the class path",
                cause);
    }
}
