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

  /**
   * @param mayMake whether a missing key is made; nodes of a cluster must be given the same one
   */
  static SecretKey in(Path file, boolean mayMake) throws IOException, StartRefused {
    if (!Files.exists(file)) {
      if (!mayMake) {
        throw new StartRefused(
            "troupe.shared.token-key-file "
                + file
                + " is missing: give every node of the cluster the same 32 random bytes");
      }
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
