package io.troupe.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Access to the MBeans from elsewhere. Without it they can be reached on the node's own machine by
 * the node's own user.
 *
 * @param host the address to listen on; without TLS only one of the loopback interface
 * @param port for registry and connections alike
 * @param passwordFile who may come in: a name, {@code readonly} or {@code readwrite}, and a
 *     password's hash on each line
 */
public record JmxSettings(
    boolean enabled, String host, int port, Optional<Path> passwordFile, Optional<Tls> tls) {

  /**
   * @param keyStore PKCS12, with the node's key and certificate
   * @param passwordFile its first line is the key store's password
   */
  public record Tls(Path keyStore, Path passwordFile) {}

  public JmxSettings {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("troupe.jmx.port must be 1 to 65535, was " + port);
    }
    if (host.isBlank()) {
      throw new IllegalArgumentException("troupe.jmx.host must not be empty");
    }
    if (enabled && passwordFile.isEmpty()) {
      throw new IllegalArgumentException(
          "troupe.jmx.password-file must be set where troupe.jmx is enabled");
    }
  }

  static JmxSettings of(
      boolean enabled,
      String host,
      int port,
      Optional<Path> passwordFile,
      Optional<Path> keyStore,
      Optional<Path> keyStorePasswordFile) {
    if (keyStore.isPresent() != keyStorePasswordFile.isPresent()) {
      throw new IllegalArgumentException(
          "troupe.jmx.tls needs both key-store and key-store-password-file");
    }
    var tls = keyStore.map(store -> new Tls(store, keyStorePasswordFile.orElseThrow()));
    return new JmxSettings(enabled, host, port, passwordFile, tls);
  }
}
