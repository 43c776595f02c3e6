package org.bdia.data;

/**
 * One file of CIFAR records, in the published binary layout: label bytes, then 3072 bytes of R, G, B planes.
 *
 * @param name the logical name in the data folder
 * @param kind which CIFAR, and so which labels
 * @param records the records of the published file
 * @param subset whether fewer records than that are fine
 */
record CifarFile(String name, Cifar.Kind kind, int records, boolean subset) {

    /** The whole unpacked file, its length and its labels checked. */
    byte[] read(DataFolder folder) {
        int length = recordLength();
        byte[] bytes = folder.read(name, records * length);
        int found = bytes.length / length;
        if (bytes.length % length != 0 || found == 0 || (!subset && found != records)) {
            throw DataException.damaged(
                    folder.locate(name),
                    (subset ? "1 to " + records : "" + records)
                            + " records of "
                            + length
                            + " bytes",
                    bytes.length + " bytes");
        }
        for (int record = 0; record < found; record++) {
            if (kind == Cifar.Kind.CIFAR_100) {
                check(folder, record, "coarse", bytes[record * length] & 0xFF, 20);
            }
            check(folder, record, "class", label(bytes, record), kind.classes());
        }
        return bytes;
    }

    int recordLength() {
        return kind.labelBytes() + ImageSet.PIXELS;
    }

    /** The last label byte: the class, which CIFAR-100 calls fine. */
    int label(byte[] bytes, int record) {
        return bytes[record * recordLength() + kind.labelBytes() - 1] & 0xFF;
    }

    private void check(DataFolder folder, int record, String which, int label, int classes) {
        if (label >= classes) {
            throw DataException.damaged(
                    folder.locate(name),
                    which + " labels from 0 to " + (classes - 1),
                    "label " + label + " in record " + record);
        }
    }
}
