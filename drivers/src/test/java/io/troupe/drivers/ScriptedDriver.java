package io.troupe.drivers;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverProvider;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.HostInventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A driver (and its own provider) whose every command waits until the test ends it, so that tests
 * say what happens when.
 */
final class ScriptedDriver implements Driver, DriverProvider {
  private final Threads threads;
  private final BlockingQueue<Running> begun = new LinkedBlockingQueue<>();
  private final Queue<DriverException> openFailures = new ConcurrentLinkedQueue<>();
  private final Queue<DriverException> queryFailures = new ConcurrentLinkedQueue<>();
  private final List<Running> now = new ArrayList<>();
  private int mostAtOnce;
  final BlockingQueue<String> closes = new LinkedBlockingQueue<>();
  volatile Optional<DriverContext> context = Optional.empty();

  /** What is shown from now on, by lists that are begun now. */
  volatile List<GuestReport> guests = List.of();

  /** Lists end when this does. */
  volatile CompletableFuture<Void> lists = CompletableFuture.completedFuture(null);

  final BlockingQueue<String> guestsRead = new LinkedBlockingQueue<>();

  ScriptedDriver(Threads threads) {
    this.threads = threads;
  }

  /** One command in the driver. */
  static final class Running {
    final DriverCommand command;
    private final Cancellation cancellation;
    private final CompletableFuture<DriverResult> end = new CompletableFuture<>();
    private volatile boolean deaf;

    private Running(DriverCommand command, Cancellation cancellation) {
      this.command = command;
      this.cancellation = cancellation;
    }

    void succeed() {
      end.complete(DriverResult.Guest.in(PowerState.RUNNING));
    }

    void fail(Throwable failure) {
      end.completeExceptionally(failure);
    }

    /** From now on it does not look at its cancellation. */
    void ignoreCancellation() {
      deaf = true;
    }

    boolean isCancelled() {
      return cancellation.requested();
    }

    private DriverResult await() throws DriverException {
      while (true) {
        try {
          return end.get(2, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (!deaf && cancellation.requested()) {
            throw DriverException.retryable("stopped early");
          }
        } catch (InterruptedException e) {
          throw DriverException.retryable("interrupted");
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    }

    private static DriverException rethrown(Throwable cause) {
      switch (cause) {
        case DriverException e -> {
          return e;
        }
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(cause);
      }
    }
  }

  /** The next command that has begun, within 10 s. */
  Running next() throws InterruptedException {
    var running = begun.poll(10, TimeUnit.SECONDS);
    if (running == null) {
      throw new AssertionError("no command began");
    }
    return running;
  }

  boolean nothingBegun() {
    return begun.isEmpty();
  }

  /** The most commands that have ever been in the driver at once. */
  int mostAtOnce() {
    synchronized (now) {
      return mostAtOnce;
    }
  }

  /** The next attempt to open fails so; called twice, the next two do. */
  void refuseToOpen(DriverException failure) {
    openFailures.add(failure);
  }

  void failNextQuery(DriverException failure) {
    queryFailures.add(failure);
  }

  @Override
  public Set<String> schemes() {
    return Set.of("scripted");
  }

  @Override
  public Threads threads() {
    return threads;
  }

  @Override
  public Driver open(ConnectionSpec connection, DriverContext given) throws DriverException {
    var failure = openFailures.poll();
    if (failure != null) {
      throw failure;
    }
    context = Optional.of(given);
    return this;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Set.of("Spawn", "Stop", "Destroy"), true);
  }

  @Override
  public List<HostInventory> hosts() throws DriverException {
    throwIfAny(queryFailures.poll());
    return List.of();
  }

  @Override
  public List<GuestReport> guests(String host) throws DriverException {
    throwIfAny(queryFailures.poll());
    var shown = guests;
    guestsRead.add(host);
    lists.join();
    return shown;
  }

  private static void throwIfAny(DriverException failure) throws DriverException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public DriverResult execute(DriverCommand command, Cancellation cancellation)
      throws DriverException {
    var running = new Running(command, cancellation);
    synchronized (now) {
      now.add(running);
      mostAtOnce = Math.max(mostAtOnce, now.size());
    }
    begun.add(running);
    try {
      return running.await();
    } finally {
      synchronized (now) {
        now.remove(running);
      }
    }
  }

  @Override
  public void close() {
    closes.add("closed");
  }
}
