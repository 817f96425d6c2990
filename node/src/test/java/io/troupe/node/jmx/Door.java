package io.troupe.node.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remote access to a node under test: alice may write, rita may read. */
public record Door(int port, Map<String, String> settings, Optional<TrustStore> trust) {
  public static final String ALICES_PASSWORD = "in wonderland";
  public static final String RITAS_PASSWORD = "meter maid";
  private static final String STORE_PASSWORD = "store password";

  public static Door plain(Path directory) throws Exception {
    var port = freePort();
    return new Door(port, settings(directory, port), Optional.empty());
  }

  public static Door withTls(Path directory) throws Exception {
    var port = freePort();
    var store = directory.resolve("node.p12");
    var certificate = directory.resolve("node.pem");
    var secret = Files.writeString(directory.resolve("store.password"), STORE_PASSWORD + "\n");
    keytool(
        "-genkeypair",
        "-alias",
        "node",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=node",
        "-ext",
        "san=ip:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        STORE_PASSWORD);
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "node",
        "-file",
        certificate.toString(),
        "-keystore",
        store.toString(),
        "-storepass",
        STORE_PASSWORD);
    var settings = new HashMap<>(settings(directory, port));
    settings.put("troupe.jmx.tls.key-store", store.toString());
    settings.put("troupe.jmx.tls.key-store-password-file", secret.toString());
    return new Door(port, settings, Optional.of(new TrustStore(certificate, Optional.empty())));
  }

  private static Map<String, String> settings(Path directory, int port) throws Exception {
    return Map.of(
        "troupe.jmx.enabled",
        "true",
        "troupe.jmx.port",
        Integer.toString(port),
        "troupe.jmx.password-file",
        passwordFile(directory).toString());
  }

  static Path passwordFile(Path directory) throws Exception {
    var file = directory.resolve("jmx.passwords");
    Files.writeString(
        file,
        "# who may come in\n\n"
            + PasswordLine.of("alice", "readwrite", ALICES_PASSWORD)
            + "\n"
            + PasswordLine.of("rita", "readonly", RITAS_PASSWORD)
            + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  public BeanClient.Remote as(String user, String password) {
    return new BeanClient.Remote("127.0.0.1", port, user, password, trust);
  }

  static int freePort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void keytool(String... arguments) throws Exception {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    words.addAll(List.of(arguments));
    var process = new ProcessBuilder(words).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
  }
}
