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
 * The file with the addresses on which a kernel listens, and the key that signs messages.
 *
 * <p>A client that reaches the sockets and knows the key runs code as the kernel's user. So this kernel listens only on
 * this machine and only with a key, and no message quotes the key.
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
                            + ": expected a key that signs messages, found none; without one any user of this"
                            + " machine could run code: set Session.key, or let Jupyter choose one");
        }
        return new WithoutKey(found, address(found, file));
    }

    private static IllegalArgumentException unexpected(Path file, String found) {
        return new IllegalArgumentException(
                file
                        + ": expected the JSON object that Jupyter writes, found "
                        + found
                        + "; let Jupyter start the kernel");
    }

    /** Returns the checked address as numbers, since a name could resolve to another one later. */
    private static String address(KernelConnectionProperties found, Path file) {
        var ip = found.getIp();
        if ("ipc".equals(found.getTransport())) {
            return ip;
        }
        // An empty name is this machine for Java, but every interface for ZeroMQ.
        if ("tcp".equals(found.getTransport()) && ip != null && !ip.isBlank()) {
            try {
                var address = InetAddress.getByName(ip);
                if (address.isLoopbackAddress()) {
                    return address.getHostAddress();
                }
            } catch (UnknownHostException e) {
                // A wildcard, a network card's name or nonsense: refused below, as are other
                // machines'
                // addresses.
            }
        }
        throw new IllegalArgumentException(
                file
                        + ": expected transport ipc, or tcp on a loopback address such as"
                        + " 127.0.0.1, found "
                        + found.getTransport()
                        + " on '"
                        + ip
                        + "'; start Jupyter with KernelManager.ip = '127.0.0.1', and reach another machine's"
                        + " kernel through its Jupyter server or an SSH tunnel");
    }

    /** The properties of the file with a toString that omits the key. */
    private static final class WithoutKey extends KernelConnectionProperties {
        WithoutKey(KernelConnectionProperties found, String ip) {
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
