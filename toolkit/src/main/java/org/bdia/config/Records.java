package org.bdia.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Copies of records with one component changed, which the language does not offer yet. For this toolkit's own records. */
public final class Records {

    private Records() {}

    /**
     * Returns a copy with one component changed, made by the canonical constructor, whose checks therefore apply.
     *
     * @param record of a public type
     * @param component its name
     * @throws IllegalArgumentException if the record has no such component, or the constructor refuses the value
     */
    public static <R extends Record> R with(R record, String component, Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        boolean found = false;
        try {
            for (int i = 0; i < components.length; i++) {
                boolean changed = components[i].getName().equals(component);
                values[i] = changed ? value : components[i].getAccessor().invoke(record);
                found |= changed;
            }
            if (!found) {
                throw new IllegalArgumentException(
                        record.getClass().getSimpleName()
                                + " has no component \""
                                + component
                                + "\", but "
                                + Arrays.toString(components));
            }
            @SuppressWarnings("unchecked")
            var type = (Class<R>) record.getClass();
            return canonical(type, components).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <R> Constructor<R> canonical(Class<R> type, RecordComponent[] components)
            throws NoSuchMethodException {
        return type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    }
}
