package io.troupe.core.cluster;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * Tells when the process behind a port has ended. It holds a connection that says nothing, which
 * the kernel of the other machine closes at once when the process ends, in whatever way; then it
 * asks for new ones. Only refusals count: a machine without power, a cut cable or a stopped process
 * are silent.
 */
final class PortWatch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** A process that starts anew, or a full queue of connections, refuses for a moment only. */
  private static final int REFUSALS = 4;

  private static final Duration BETWEEN_REFUSALS = Duration.ofMillis(150);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** Told from a thread of ours. */
  interface Listener {
    void ended();

    /** It is there, for the first time or again. */
    void answers();
  }

  private final InetSocketAddress address;
  private final Listener listener;
  private final Thread thread;
  private volatile boolean closed;

  private PortWatch(InetSocketAddress address, Listener listener) {
    this.address = address;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("port-watch-" + address).unstarted(this::run);
  }

  static PortWatch start(InetSocketAddress address, Listener listener) {
    var watch = new PortWatch(address, listener);
    watch.thread.start();
    return watch;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt(); // which closes the socket that a virtual thread waits for
  }

  private void run() {
    int refusals = 0;
    while (!closed) {
      Duration pause = BETWEEN_TRIES;
      try (var connection = new Socket()) {
        connection.connect(address, (int) PATIENCE.toMillis());
        refusals = 0;
        pause = BETWEEN_REFUSALS;
        listener.answers();
        hold(connection);
      } catch (ConnectException _) {
        refusals++;
        if (refusals == REFUSALS && !closed) {
          listener.ended();
        }
        pause = refusals < REFUSALS ? BETWEEN_REFUSALS : BETWEEN_TRIES;
      } catch (IOException _) {
        refusals = 0;
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  private static void hold(Socket connection) {
    try {
      var in = connection.getInputStream();
      while (in.read() >= 0) {
        // nothing is said to who says nothing
      }
    } catch (IOException _) {
      // ended the hard way
    }
  }
}
