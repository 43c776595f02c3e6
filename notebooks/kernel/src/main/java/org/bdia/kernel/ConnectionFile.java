package org.bdia.kernel;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/**
 * The file by which Jupyter tells a kernel where to listen, and the key that signs what is said there.
 *
 * <p>Whoever reaches a kernel's sockets and knows its key runs code as its user. So a kernel of ours listens on this
 * machine alone, never without a key, and no message of ours repeats what the file says of the key.
 *
 * @see <a href="https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files">Jupyter, connection
 *     files</a>
 */
final class ConnectionFile {
    private ConnectionFile() {}

    /**
     * Reads a connection file.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is missing or no connection file, names an address that other machines reach, or has no
     *     key
     */
    static KernelConnectionProperties read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw unexpected(file, Files.isDirectory(file) ? "a folder" : "no such file");
        }
        KernelConnectionProperties found;
        try {
            found = KernelConnectionProperties.parse(Files.readString(file));
        } catch (CharacterCodingException | JsonParseException e) {
            // Without its cause, which quotes the file.
            throw unexpected(file, "something else");
        }
        if (found == null) {
            throw unexpected(file, "nothing");
        }
        if (found.getKey() == null || found.getKey().isEmpty()) {
            throw new IllegalArgumentException(
                    file
                            + ": expected a key that signs messages, found none; without one everybody on this"
                            + " machine could run code: set Session.key, or leave it to Jupyter");
        }
        return new Silent(found, address(found, file));
    }

    private static IllegalArgumentException unexpected(Path file, String found) {
        return new IllegalArgumentException(
                file
                        + ": expected the JSON object that Jupyter writes, found "
                        + found
                        + "; let Jupyter start the kernel");
    }

    /** The address as numbers: what was checked is what is bound, whatever a name means a moment later. */
    private static String address(KernelConnectionProperties found, Path file) {
        var ip = found.getIp();
        if ("ipc".equals(found.getTransport())) {
            return ip;
        }
        // Java takes no name at all for this machine, ZeroMQ for every interface.
        if ("tcp".equals(found.getTransport()) && ip != null && !ip.isBlank()) {
            try {
                var address = InetAddress.getByName(ip);
                if (address.isLoopbackAddress()) {
                    return address.getHostAddress();
                }
            } catch (UnknownHostException e) {
                // A wildcard, a network card's name or nonsense: refused below, as other machines'
                // addresses are.
            }
        }
        throw new IllegalArgumentException(
                file
                        + ": expected transport ipc, or tcp on an address of this machine alone such as"
                        + " 127.0.0.1, found "
                        + found.getTransport()
                        + " on '"
                        + ip
                        + "'; start Jupyter with KernelManager.ip = '127.0.0.1', and reach another machine's"
                        + " kernel through its Jupyter server or an SSH tunnel");
    }

    /** What the file says, but for a text form that has no key in it. */
    private static final class Silent extends KernelConnectionProperties {
        Silent(KernelConnectionProperties found, String ip) {
            super(
                    ip,
                    found.getControlPort(),
                    found.getShellPort(),
                    found.getStdinPort(),
                    found.getHbPort(),
                    found.getIopubPort(),
                    found.getTransport(),
                    found.getSignatureScheme(),
                    found.getKey());
        }

        @Override
        public String toString() {
            return getTransport() + "://" + getIp() + ", signed with " + getSignatureScheme();
        }
    }
}
