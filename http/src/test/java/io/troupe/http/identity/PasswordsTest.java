package io.troupe.http.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.http.error.Refused;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Password hashes and how many are checked at once. */
class PasswordsTest {
  @Test
  void theHashIsArgon2idWithItsParameters() {
    String hash = Passwords.hash("secret");

    assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").doesNotContain("secret");
    assertThat(Passwords.hash("secret")).isNotEqualTo(hash);
  }

  @Test
  void onlyTheRightPasswordOfAUserThereIs() {
    try (var passwords = new Passwords(1)) {
      Optional<String> hash = Optional.of(Passwords.hash("secret"));

      assertThat(passwords.check(hash, "secret").toCompletableFuture().join()).isTrue();
      assertThat(passwords.check(hash, "Secret").toCompletableFuture().join()).isFalse();
      assertThat(passwords.check(hash, "").toCompletableFuture().join()).isFalse();
      assertThat(passwords.check(Optional.empty(), "secret").toCompletableFuture().join())
          .isFalse();
    }
  }

  @Test
  void aFloodIsRefusedInsteadOfQueuedForEver() {
    try (var passwords = new Passwords(1)) {
      Optional<String> hash = Optional.of(Passwords.hash("secret"));
      var waiting = new ArrayList<CompletableFuture<Boolean>>();

      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  waiting.add(passwords.check(hash, "wrong").toCompletableFuture());
                }
              })
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.error().status()).isEqualTo(503));
      assertThat(waiting.size()).isBetween(257, 999);
    }
  }
}
