package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.ConnectionId;
import io.troupe.drivers.DriverThreads.Outcome;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverProvider.Threads;
import java.io.FileNotFoundException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriverThreadsTest {
  private static final ConnectionSpec CONNECTION =
      new ConnectionSpec(new ConnectionId("some"), URI.create("scripted:///"), Map.of());
  private static final DriverContext CONTEXT =
      new DriverContext(
          id -> {
            throw new FileNotFoundException(id);
          },
          event -> {});

  private final DriverThreads threads = new DriverThreads(CONNECTION, Threads.NATIVE, 2);

  @AfterEach
  void shutDown() {
    threads.shutDown(0);
  }

  @Test
  void goodCallAnswersItsValueFromAThreadOfTheirs() throws Exception {
    var outcome = outcomeOf(() -> Thread.currentThread().getName());

    assertThat(outcome).isEqualTo(new Outcome.Good<>("driver-some-command-1"));
  }

  @Test
  void driverExceptionKeepsItsFailure() throws Exception {
    DriverThreads.Call<String> call =
        () -> {
          throw DriverException.unsupported("no such thing");
        };

    assertThat(outcomeOf(call))
        .isEqualTo(
            new Outcome.Bad<>(new DriverFailure(DriverFailure.Kind.UNSUPPORTED, "no such thing")));
  }

  @Test
  void missingNativeLibraryIsAHostFault() throws Exception {
    DriverThreads.Call<String> call =
        () -> {
          throw new UnsatisfiedLinkError("libvirt.so");
        };

    assertThat(outcomeOf(call))
        .isEqualTo(
            new Outcome.Bad<>(
                new DriverFailure(
                    DriverFailure.Kind.HOST_FAULT, "java.lang.UnsatisfiedLinkError: libvirt.so")));
  }

  @Test
  void errorOfTheJvmIsNotTakenForTheDrivers() throws Exception {
    var error = new InternalError("broken");
    DriverThreads.Call<String> call =
        () -> {
          throw error;
        };

    assertThat(outcomeOf(call)).isEqualTo(new Outcome.Broken<>(error));
  }

  @Test
  void driverIsClosedAfterTheRunningCallsOnly() throws Exception {
    var driver = new ScriptedDriver(Threads.NATIVE);
    var opened = new CompletableFuture<Outcome<DriverThreads.Open>>();
    threads.open(driver, CONNECTION, CONTEXT, opened::complete);
    opened.get(10, TimeUnit.SECONDS);
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var closesSeen = new CompletableFuture<Outcome<Integer>>();
    threads.command(
        () -> {
          inside.countDown();
          await(goOn);
          return driver.closes.size();
        },
        closesSeen::complete);
    await(inside);

    threads.shutDown(10_000);
    goOn.countDown();

    assertThat(driver.closes.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
    assertThat(closesSeen.get(10, TimeUnit.SECONDS)).isEqualTo(new Outcome.Good<>(0));
  }

  private <T> Outcome<T> outcomeOf(DriverThreads.Call<T> call) throws Exception {
    var outcome = new CompletableFuture<Outcome<T>>();
    threads.command(call, outcome::complete);
    return outcome.get(10, TimeUnit.SECONDS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
