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
  private final ExecutorService commands;
  private final ExecutorService beside;
  private final ExecutorService queries;
  private final Set<Driver> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean shut;

  /**
   * @param commandThreads how many commands with native calls may run at once; queries, and what
   *     goes beside running commands, have one more thread each, so that none holds another up
   */
  DriverThreads(ConnectionSpec connection, DriverProvider.Threads kind, int commandThreads) {
    this.name = "driver-" + connection.id() + "-";
    this.commands = executor(kind, commandThreads, name + "command-");
    this.beside = executor(kind, 1, name + "beside-");
    this.queries = executor(kind, 1, name + "query-");
  }

  private static ExecutorService executor(DriverProvider.Threads kind, int fixed, String name) {
    return switch (kind) {
      case NATIVE ->
          Executors.newFixedThreadPool(fixed, Thread.ofPlatform().daemon().name(name, 1).factory());
      case VIRTUAL ->
          Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name, 1).factory());
    };
  }

  /** Makes a command's call and hands its outcome to {@code then}, on one of the threads. */
  <T> void command(Call<T> call, Consumer<Outcome<T>> then) {
    commands.execute(() -> then.accept(outcome(call)));
  }

  /** As {@link #command}, for one that talks to a running command. */
  <T> void beside(Call<T> call, Consumer<Outcome<T>> then) {
    beside.execute(() -> then.accept(outcome(call)));
  }

  /** Makes a query's call and hands its outcome to {@code then}, on one of the threads. */
  <T> void query(Call<T> call, Consumer<Outcome<T>> then) {
    queries.execute(() -> then.accept(outcome(call)));
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

  /**
   * Opens the connection as {@link #query} does; the driver is closed at the latest at shut-down.
   */
  void open(
      DriverProvider provider,
      ConnectionSpec connection,
      DriverContext context,
      Consumer<Outcome<Open>> then) {
    query(
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
    queries.execute(
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
    commands.shutdown();
    beside.shutdown();
    queries.shutdown();
    Thread.ofPlatform().daemon().name(name + "close").start(() -> closeAfter(graceMillis));
  }

  private void closeAfter(long graceMillis) {
    var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
    try {
      for (var each : List.of(commands, beside, queries)) {
        each.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
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
    commands.shutdownNow();
    beside.shutdownNow();
    queries.shutdownNow();
  }
}
