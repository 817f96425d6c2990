package io.troupe.http.compute;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;

/** SSH keys: reading a public one, and making a pair. */
final class SshKeys {
  private static final Set<String> TYPES =
      Set.of(
          "ssh-rsa",
          "ssh-dss",
          "ssh-ed25519",
          "ecdsa-sha2-nistp256",
          "ecdsa-sha2-nistp384",
          "ecdsa-sha2-nistp521",
          "sk-ssh-ed25519@openssh.com",
          "sk-ecdsa-sha2-nistp256@openssh.com");

  /** Bits of a generated RSA key; every image's sshd takes it, as Nova's default. */
  private static final int RSA_BITS = 2048;

  private SshKeys() {}

  /** A pair in the text forms ssh reads. */
  record Generated(String publicKey, String privateKey) {}

  /**
   * The fingerprint of a public key line ({@code type base64 comment}): MD5 of the key, in colons.
   * Empty when the line is no public key: unknown type, no base64, or a key of another type inside.
   */
  static Optional<String> fingerprint(String line) {
    String[] words = line.strip().split("\\s+", 3);
    if (words.length < 2 || !TYPES.contains(words[0]) || line.strip().indexOf('\n') >= 0) {
      return Optional.empty();
    }
    try {
      byte[] key = Base64.getDecoder().decode(words[1]);
      return innerType(key).filter(words[0]::equals).map(type -> md5(key));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The key's own word for its type (RFC 4253, section 6.6: a length and that many bytes). */
  private static Optional<String> innerType(byte[] key) {
    if (key.length < 4) {
      return Optional.empty();
    }
    int length = ByteBuffer.wrap(key).getInt();
    if (length < 1 || length > key.length - 8) {
      return Optional.empty();
    }
    return Optional.of(new String(key, 4, length, StandardCharsets.US_ASCII));
  }

  private static String md5(byte[] key) {
    try {
      byte[] hash = MessageDigest.getInstance("MD5").digest(key);
      return HexFormat.ofDelimiter(":").formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  /** A new RSA pair; takes a tenth of a second or so. */
  static Generated generate(String comment) {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS);
      KeyPair pair = generator.generateKeyPair();
      var privateKey = new ByteArrayOutputStream();
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
          pair, comment, new OpenSSHKeyEncryptionContext(), privateKey);
      return new Generated(
          PublicKeyEntry.toString(pair.getPublic()) + " " + comment,
          privateKey.toString(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK makes RSA keys", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
