package org.bdia.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.bdia.io.Sha256;
import org.bdia.io.StrictJson;

/**
 * The contents of a checkpoint's {@code state.json}.
 *
 * @param version the format: {@value #VERSION}
 * @param config the hash of the run's configuration
 * @param step the steps made
 * @param lossSum the sum of the step losses of the epoch under way
 * @param weightsSha256 of weights.safetensors
 * @param optimizerSha256 of optimizer.safetensors; null where weights are kept alone
 * @param gradientNorm the norm of the last step's gradient where the next step is clipped by it, else null
 * @param validationLoss the loss of weights that are kept alone, else null
 * @param sha256 of what stands before it, see {@link #checksum}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CheckpointState(
        int version,
        String config,
        long step,
        double lossSum,
        String weightsSha256,
        String optimizerSha256,
        Double gradientNorm,
        Double validationLoss,
        String sha256) {

    /** The format that is written. */
    static final int VERSION = 2;

    /** Allows values to be missing, so that files of another format can be called that. */
    private static final JsonMapper JSON =
            StrictJson.builder()
                    .disable(
                            DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                            DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .build();

    /**
     * Returns the state of a new checkpoint, with its checksum.
     *
     * @param gradientNorm null unless the next step is clipped by it
     * @param optimizer null for weights that are kept alone
     * @param validationLoss null for a checkpoint to resume from
     */
    static CheckpointState of(
            String config,
            long step,
            double lossSum,
            Double gradientNorm,
            String weights,
            String optimizer,
            Double validationLoss) {
        return new CheckpointState(
                        VERSION,
                        config,
                        step,
                        lossSum,
                        weights,
                        optimizer,
                        gradientNorm,
                        validationLoss,
                        null)
                .signed();
    }

    private CheckpointState signed() {
        return new CheckpointState(
                version,
                config,
                step,
                lossSum,
                weightsSha256,
                optimizerSha256,
                gradientNorm,
                validationLoss,
                checksum());
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @return null if the bytes are the JSON of nothing
     * @throws JsonProcessingException if the bytes are anything else
     */
    static CheckpointState parse(byte[] bytes) throws IOException {
        return JSON.readValue(bytes, CheckpointState.class);
    }

    byte[] json() throws JsonProcessingException {
        return JSON.writeValueAsBytes(this);
    }

    /** Whether it is as it was written. */
    boolean intact() {
        return checksum().equals(sha256);
    }

    /** The SHA-256 of all other values, a line each; of the number's bits, because Java versions write decimals differently. */
    private String checksum() {
        return Sha256.of(
                String.join(
                                "\n",
                                "" + version,
                                config,
                                "" + step,
                                Double.toHexString(lossSum),
                                weightsSha256,
                                validationLoss == null
                                        ? optimizerSha256
                                        : Double.toHexString(validationLoss))
                        + (gradientNorm == null ? "" : "\n" + Double.toHexString(gradientNorm)));
    }
}
