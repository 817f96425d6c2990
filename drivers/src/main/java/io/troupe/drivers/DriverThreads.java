package io.troupe.drivers;

import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverProvider;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The threads on which one connection's driver is called: a fixed number of platform threads where
 * its calls are native, virtual ones where they are Java. Whatever a driver throws comes back as a
 * failure with its words kept; only what the JVM itself cannot go on with comes back as {@link
 * Outcome.Broken}.
 */
final class DriverThreads {
  /** How one call ended. */
  sealed interface Outcome<T> {
    record Good<T>(T value) implements Outcome<T> {}

    record Bad<T>(DriverFailure failure) implements Outcome<T> {}

    record Broken<T>(VirtualMachineError error) implements Outcome<T> {}
  }

  /** A call into a driver. It may block. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws DriverException;
  }

  /** An open driver and what it can do. */
  record Open(Driver driver, Capabilities capabilities) {}

  private final String name;
  private final ExecutorService threads;
  private final Set<Driver> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean shut;

  DriverThreads(ConnectionSpec connection, DriverProvider.Threads kind, int fixed) {
    this.name = "driver-" + connection.id() + "-";
    this.threads =
        switch (kind) {
          case NATIVE ->
              Executors.newFixedThreadPool(
                  fixed, Thread.ofPlatform().daemon().name(name, 1).factory());
          case VIRTUAL ->
              Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name, 1).factory());
        };
  }

  /** Makes the call on a thread of its own and hands its outcome to {@code then} there. */
  <T> void run(Call<T> call, Consumer<Outcome<T>> then) {
    threads.execute(() -> then.accept(outcome(call)));
  }

  private static <T> Outcome<T> outcome(Call<T> call) {
    try {
      return new Outcome.Good<>(call.run());
    } catch (DriverException e) {
      return new Outcome.Bad<>(e.failure());
    } catch (VirtualMachineError e) {
      return new Outcome.Broken<>(e);
    } catch (Throwable e) { // a missing native library is a LinkageError
      return new Outcome.Bad<>(new DriverFailure(DriverFailure.Kind.HOST_FAULT, e.toString()));
    }
  }

  /** Opens the connection as {@link #run} does; the driver is closed at the latest at shut-down. */
  void open(
      DriverProvider provider,
      ConnectionSpec connection,
      DriverContext context,
      Consumer<Outcome<Open>> then) {
    run(
        () -> {
          var driver = kept(provider.open(connection, context));
          return new Open(driver, driver.capabilities());
        },
        then);
  }

  private Driver kept(Driver driver) throws DriverException {
    synchronized (open) {
      if (!shut) {
        open.add(driver);
        return driver;
      }
    }
    driver.close();
    throw DriverException.retryable("opened after the shut-down");
  }

  /** Closes a driver, on one of the threads. */
  void close(Driver driver) {
    threads.execute(
        () -> {
          synchronized (open) {
            open.remove(driver);
          }
          driver.close();
        });
  }

  /**
   * Takes no more calls; gives those that run {@code graceMillis} ms, then closes what is open and
   * interrupts what still runs. Returns at once.
   */
  void shutDown(long graceMillis) {
    threads.shutdown();
    Thread.ofPlatform().daemon().name(name + "close").start(() -> closeAfter(graceMillis));
  }

  private void closeAfter(long graceMillis) {
    try {
      threads.awaitTermination(graceMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<Driver> left;
    synchronized (open) {
      shut = true;
      left = List.copyOf(open);
      open.clear();
    }
    left.forEach(Driver::close);
    threads.shutdownNow();
  }
}
