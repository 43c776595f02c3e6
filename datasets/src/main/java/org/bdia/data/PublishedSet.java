package org.bdia.data;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bdia.data.PublishedFile.Member;
import org.bdia.data.PublishedFile.Packing;

/**
 * A data set that its authors publish at a stable address; {@code datasets/README.md} describes them.
 *
 * @param label its name on the command line
 * @param title its full name
 * @param licence its licence
 * @param files the files to download
 */
public record PublishedSet(String label, String title, String licence, List<PublishedFile> files) {

    private static final List<PublishedSet> ALL =
            List.of(cifar10(), cifar100(), engFra(), tinyShakespeare(), e2eNlg(), gpt2Bpe());

    /** Copies the files. */
    public PublishedSet {
        files = List.copyOf(files);
    }

    /** Returns all sets. */
    public static List<PublishedSet> all() {
        return ALL;
    }

    /** Returns whether the folder has all files that the loaders need, plain or compressed. */
    public boolean isIn(DataFolder folder) {
        return files.stream().allMatch(file -> file.isIn(folder));
    }

    /**
     * Returns the set of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static PublishedSet of(String label) {
        return ALL.stream()
                .filter(set -> set.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no data set '"
                                                + label
                                                + "' to fetch; choose from "
                                                + ALL.stream()
                                                        .map(PublishedSet::label)
                                                        .collect(Collectors.joining(", "))));
    }

    private static PublishedSet cifar10() {
        String folder = "cifar-10-batches-bin/";
        Stream<Member> training =
                IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> needed(folder + "data_batch_" + i + ".bin", 30_730_000));
        return cifar(
                "cifar-10",
                "CIFAR-10",
                170_052_171,
                "c32a1d4ab5d03f1284b67883e8d87530",
                Stream.concat(
                        training,
                        Stream.of(
                                extra(folder + "batches.meta.txt"),
                                needed(folder + "test_batch.bin", 30_730_000))));
    }

    private static PublishedSet cifar100() {
        String folder = "cifar-100-binary/";
        return cifar(
                "cifar-100",
                "CIFAR-100",
                168_513_733,
                "03b5dce01913d631647c71ecec9e9cb8",
                Stream.of(
                        extra(folder + "fine_label_names.txt"),
                        extra(folder + "coarse_label_names.txt"),
                        needed(folder + "train.bin", 153_700_000),
                        needed(folder + "test.bin", 30_740_000)));
    }

    private static PublishedSet cifar(
            String label, String title, long size, String md5, Stream<Member> members) {
        return new PublishedSet(
                label,
                title + ", binary version",
                "none stated by the authors",
                List.of(
                        new PublishedFile(
                                URI.create(
                                        "https://www.cs.toronto.edu/~kriz/"
                                                + label
                                                + "-binary.tar.gz"),
                                OptionalLong.of(size),
                                Optional.of(Checksum.md5(md5)),
                                Packing.TAR_GZ,
                                members.toList())));
    }

    private static PublishedSet engFra() {
        return new PublishedSet(
                "eng-fra",
                "English–French, current edition",
                "CC BY 2.0 FR",
                List.of(
                        new PublishedFile(
                                URI.create("https://www.manythings.org/anki/fra-eng.zip"),
                                OptionalLong.empty(),
                                Optional.empty(),
                                Packing.ZIP,
                                List.of(
                                        new Member(
                                                "_about.txt",
                                                "eng-fra/_about.txt",
                                                OptionalLong.empty(),
                                                false),
                                        new Member(
                                                "fra.txt",
                                                "eng-fra/eng-fra.txt",
                                                OptionalLong.empty(),
                                                true)))));
    }

    private static PublishedSet tinyShakespeare() {
        return new PublishedSet(
                "tinyshakespeare",
                "tiny Shakespeare",
                "public domain; the repository MIT",
                List.of(
                        PublishedFile.plain(
                                "https://raw.githubusercontent.com/karpathy/char-rnn/"
                                        + "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/"
                                        + "tinyshakespeare/input.txt",
                                "tinyshakespeare/input.txt",
                                1_115_394,
                                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed")));
    }

    private static PublishedSet e2eNlg() {
        return new PublishedSet(
                "e2e-nlg",
                "E2E NLG, release 1.0.0",
                "CC BY-SA 4.0",
                List.of(
                        e2e(
                                "trainset.csv",
                                9_340_189,
                                "f27d48df45815288ab15619d47a79028c300fbb7f42e373668aba0b98c1d57c6"),
                        e2e(
                                "devset.csv",
                                1_161_305,
                                "fc26b78cdb849c80545f513b223d1e051138b43882eeb79e3eb153e689c864f9"),
                        e2e(
                                "testset_w_refs.csv",
                                1_310_822,
                                "edc8db685e39bb9824d5bd70c18b1c9b0412d14b527aa960e2d1c8251ee15ccd")));
    }

    private static PublishedFile e2e(String name, long size, String sha256) {
        return PublishedFile.plain(
                "https://raw.githubusercontent.com/tuetschek/e2e-dataset/"
                        + "ab0d967dd5729ce455ef14ba9ffafc456a335264/"
                        + name,
                "e2e-nlg/" + name,
                size,
                sha256);
    }

    private static PublishedSet gpt2Bpe() {
        return new PublishedSet(
                "gpt2-bpe",
                "GPT-2's vocabulary, for the tests",
                "MIT",
                List.of(
                        PublishedFile.plain(
                                "https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/"
                                        + "encoder.json",
                                "gpt2-bpe/encoder.json",
                                1_042_301,
                                "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783")));
    }

    private static Member needed(String name, long size) {
        return new Member(name, name, OptionalLong.of(size), true);
    }

    private static Member extra(String name) {
        return new Member(name, name, OptionalLong.empty(), false);
    }
}
