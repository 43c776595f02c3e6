package org.bdia.kernel;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Stands in for {@code System.exit} in cells, which would end the kernel and lose all variables.
 *
 * <p>The classes of cells call it because {@link #redirect} has changed their constant pools: Java's own way, a security
 * manager, is going away. Exits in libraries are what they were.
 */
public final class CellExit extends Error {
    private static final long serialVersionUID = 1;

    private static final String OURS = CellExit.class.getName().replace('.', '/');
    private static final int UTF_8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;

    private CellExit(int status) {
        super(
                "System.exit("
                        + status
                        + ") ends the cell, not the kernel; Jupyter restarts or shuts down the kernel");
    }

    /**
     * Ends the cell.
     *
     * @param status the exit status that a program would have
     */
    @SuppressWarnings("DoNotCallSuggester") // only compiled cells call it
    public static void exit(int status) {
        throw new CellExit(status);
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the user has thrown nothing of this class
    public String toString() {
        return getMessage();
    }

    /** Returns a class file whose calls of {@code System.exit} call {@link #exit}; other class files as they are. */
    static byte[] redirect(byte[] classFile) {
        var file = ByteBuffer.wrap(classFile);
        int count = Short.toUnsignedInt(file.getShort(8));
        var places = new int[count];
        int end = 10;
        for (int i = 1; i < count; i++) {
            places[i] = end;
            int tag = file.get(end);
            end += length(file, end);
            if (tag == LONG || tag == DOUBLE) {
                i++;
            }
        }
        var pool = new Pool(file, places);
        var exits = Arrays.stream(places).filter(pool::isExit).toArray();
        if (exits.length == 0) {
            return classFile;
        }
        var out = new ByteArrayOutputStream();
        try (var data = new DataOutputStream(out)) {
            data.write(classFile, 0, 8);
            data.writeShort(count + 2);
            data.write(classFile, 10, end - 10);
            data.writeByte(UTF_8);
            data.writeUTF(OURS);
            data.writeByte(CLASS);
            data.writeShort(count);
            data.write(classFile, end, classFile.length - end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var changed = ByteBuffer.wrap(out.toByteArray());
        for (int exit : exits) {
            changed.putShort(exit + 1, (short) (count + 1));
        }
        return changed.array();
    }

    /** Returns the length in bytes of a constant, its tag included. */
    private static int length(ByteBuffer file, int place) {
        return switch (file.get(place)) {
            case UTF_8 -> 3 + Short.toUnsignedInt(file.getShort(place + 1));
            case LONG, DOUBLE -> 9;
            case CLASS, 8, 16, 19, 20 -> 3;
            case 15 -> 4;
            default -> 5;
        };
    }

    /** A constant pool: the class file, and where each constant begins, 0 where there is none. */
    private static final class Pool {
        private final ByteBuffer file;
        private final int[] places;

        Pool(ByteBuffer file, int[] places) {
            this.file = file;
            this.places = places;
        }

        boolean isExit(int method) {
            if (method == 0 || file.get(method) != METHOD) {
                return false;
            }
            int type = referred(method + 1);
            int name = referred(method + 3);
            return file.get(name) == NAME_AND_TYPE
                    && text(referred(type + 1)).equals("java/lang/System")
                    && text(referred(name + 1)).equals("exit");
        }

        private int referred(int at) {
            return places[Short.toUnsignedInt(file.getShort(at))];
        }

        private String text(int place) {
            var bytes = new byte[Short.toUnsignedInt(file.getShort(place + 1))];
            file.get(place + 3, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
