package io.troupe.node.jmx;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates to trust: a PEM file, or a key store in any format the JDK reads.
 *
 * @param passwordFile of a key store that has one
 */
public record TrustStore(Path file, Optional<Path> passwordFile) {
  private static final String PEM = "-----BEGIN CERTIFICATE-----";

  /** JMX's sockets ask the process for its trust, so one process has one. */
  void useForThisProcess() throws GeneralSecurityException, IOException {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(read());
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLContext.setDefault(context);
  }

  private KeyStore read() throws GeneralSecurityException, IOException {
    var bytes = Files.readAllBytes(file);
    if (new String(bytes, StandardCharsets.ISO_8859_1).contains(PEM)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (var one :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))) {
        store.setCertificateEntry("trusted-" + number++, one);
      }
      return store;
    }
    var password =
        passwordFile.isPresent()
            ? Files.readString(passwordFile.get()).lines().findFirst().orElse("").toCharArray()
            : null;
    return KeyStore.getInstance(file.toFile(), password);
  }
}
