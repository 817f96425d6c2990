package io.troupe.http.identity;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import io.troupe.http.error.ApiError;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Password hashes: Argon2id with the parameters OWASP's password storage page gives first (19 MiB,
 * two passes, one lane; some tens of milliseconds). Checks run on threads of their own and at most
 * so many at once, so that a flood of logins cannot take the API's threads or the memory.
 */
public final class Passwords implements AutoCloseable {
  private static final Argon2Function ARGON2ID =
      Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);

  private static final int SALT_BYTES = 16;

  /** Logins that may wait; more are answered 503 at once. */
  private static final int WAITING = 256;

  private final ThreadPoolExecutor threads;

  /** What the password of an unknown user is held against; nobody knows the right one. */
  private static final class Nobody {
    static final String HASH = hash(UUID.randomUUID().toString());
  }

  /**
   * @param atOnce checks that may run at the same time
   */
  public Passwords(int atOnce) {
    threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> Thread.ofPlatform().daemon().name("password-check").unstarted(task));
    threads.allowCoreThreadTimeOut(true);
  }

  /** The hash to keep, in Argon2's standard text form. Takes tens of milliseconds. */
  public static String hash(String password) {
    return Password.hash(password).addRandomSalt(SALT_BYTES).with(ARGON2ID).getResult();
  }

  /** Whether the password is the one of this hash. Takes tens of milliseconds, on this thread. */
  public static boolean matches(String hash, String password) {
    return Password.check(password, hash).with(Argon2Function.getInstanceFromHash(hash));
  }

  /** {@link #hash}, apart from the caller's thread. */
  CompletionStage<String> hashed(String password) {
    return apart(() -> hash(password));
  }

  private <T> CompletionStage<T> apart(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException e) {
      throw new ApiError(503, "ServiceUnavailable", "Too many logins at once; try again.").thrown();
    }
  }

  /** Whether the password is the one of this hash; as slow when there is no hash. */
  CompletionStage<Boolean> check(Optional<String> hash, String password) {
    return apart(
        () -> {
          String against = hash.orElseGet(() -> Nobody.HASH);
          boolean right = matches(against, password);
          return right && hash.isPresent();
        });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
