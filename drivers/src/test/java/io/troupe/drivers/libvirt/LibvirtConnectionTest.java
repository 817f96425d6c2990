package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.drivers.libvirt.LibvirtConnection.Listener;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;

/** Who of several callers has which native connection. */
@Tag("libvirt")
class LibvirtConnectionTest {
  /** More than the five calls at a time that a libvirtd takes from one client. */
  private static final int CALLERS = 8;

  @Test
  void callsAtTheSameTimeHaveANativeConnectionEach() throws Exception {
    try (var connection = new LibvirtConnection(LibvirtPeer.qemu(), Listener.NONE)) {
      assertThat(atTheSameTime(connection)).hasSize(CALLERS);
    }
  }

  @Test
  void nativeConnectionsAreKeptForTheNextCalls() throws Exception {
    try (var connection = new LibvirtConnection(LibvirtPeer.qemu(), Listener.NONE)) {
      Set<Connect> first = atTheSameTime(connection);
      assertThat(same(atTheSameTime(connection), first)).isEqualTo(CALLERS);

      Connect one = connection.call("test", connect -> connect);
      Connect next = connection.call("test", connect -> connect);
      assertThat(next).isSameAs(one);
    }
  }

  @Test
  void brokenOnesAreReplaced() throws Exception {
    try (var relay = CuttableRelay.before(LibvirtPeer.qemu());
        var connection = new LibvirtConnection(relay.uri(), Listener.NONE)) {
      Connect oldest = connection.call("test", connect -> connect);
      Set<Connect> others = atTheSameTime(connection);
      others.remove(oldest);

      relay.cutBut(1);
      awaitEnd(others);

      assertThat(others).hasSize(CALLERS - 1);
      Set<Connect> now = atTheSameTime(connection);
      assertThat(now).hasSize(CALLERS);
      assertThat(now.contains(oldest)).isTrue();
      assertThat(same(now, others)).isZero();
    }
  }

  @Test
  void allAreReplacedWithTheOneThatIsListenedTo() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    var listener =
        new Listener() {
          @Override
          public void opened(Connect connect) {
            told.add("opened");
          }

          @Override
          public void closing(Connect connect) {
            told.add("closing");
          }
        };
    try (var relay = CuttableRelay.before(LibvirtPeer.qemu());
        var connection = new LibvirtConnection(relay.uri(), listener)) {
      Set<Connect> broken = atTheSameTime(connection);
      relay.cut();
      awaitEnd(broken);

      Set<Connect> now = atTheSameTime(connection);
      assertThat(now).hasSize(CALLERS);
      assertThat(same(now, broken)).isZero();
      assertThat(told).containsExactly("opened", "closing", "opened");
    }
    assertThat(told).containsExactly("opened", "closing", "opened", "closing");
  }

  /** Each connection to a hypervisor inside this process could be a hypervisor of its own. */
  @Test
  void hypervisorInsideThisProcessHasOneForAll() throws Exception {
    LibvirtPeer.requireLibrary();
    try (var connection = new LibvirtConnection(URI.create("test:///default"), Listener.NONE)) {
      assertThat(atTheSameTime(connection)).hasSize(1);
    }
  }

  /** How many are in both; equals() of a connection asks its host. */
  private static long same(Set<Connect> these, Set<Connect> those) {
    return these.stream().filter(those::contains).count();
  }

  /** The native connections of callers that all have theirs before one of them goes on. */
  private static Set<Connect> atTheSameTime(LibvirtConnection connection) throws Exception {
    var all = new CyclicBarrier(CALLERS);
    Set<Connect> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    try (var threads = Executors.newFixedThreadPool(CALLERS)) {
      List<Future<Connect>> calls = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        calls.add(
            threads.submit(
                () ->
                    connection.call(
                        "test",
                        connect -> {
                          connect.getHostName();
                          meet(all);
                          return connect;
                        })));
      }
      for (var call : calls) {
        seen.add(call.get());
      }
    }
    return seen;
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await(1, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new AssertionError("callers wait for each other", e);
    }
  }

  /** libvirt's event loop sees it a moment later. */
  private static void awaitEnd(Set<Connect> broken) throws Exception {
    for (Connect each : broken) {
      while (each.isAlive()) {
        Thread.sleep(10);
      }
    }
  }
}
