package io.troupe.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The key that signs tokens, made at the first start and readable by the owner alone. */
final class TokenKey {
  private static final int BYTES = 32;

  private TokenKey() {}

  static SecretKey in(Path dataDir) throws IOException {
    var file = dataDir.resolve("keys").resolve("token.key");
    if (!Files.exists(file)) {
      var fresh = new byte[BYTES];
      new SecureRandom().nextBytes(fresh);
      OwnersFile.write(file, fresh);
    }
    var bytes = Files.readAllBytes(file);
    if (bytes.length != BYTES) {
      throw new IOException(file + " must be " + BYTES + " bytes long");
    }
    return new SecretKeySpec(bytes, "HmacSHA256");
  }
}
