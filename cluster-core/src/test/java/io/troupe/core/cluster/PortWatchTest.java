package io.troupe.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortWatchTest {
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private PortWatch watch;

  @AfterEach
  void close() {
    if (watch != null) {
      watch.close();
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    var socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private void watch(int port) {
    watch =
        PortWatch.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            new PortWatch.Listener() {
              @Override
              public void ended() {
                told.add("ended");
              }

              @Override
              public void answers() {
                told.add("answers");
              }
            });
  }

  private String next() throws InterruptedException {
    return told.poll(20, TimeUnit.SECONDS);
  }

  private String soon() throws InterruptedException {
    return told.poll(1500, TimeUnit.MILLISECONDS);
  }

  @Test
  void aProcessThatEndsIsMissed() throws Exception {
    var server = listen(0);
    watch(server.getLocalPort());
    assertThat(next()).isEqualTo("answers");
    var held = server.accept();

    server.close();
    held.close();

    assertThat(next()).isEqualTo("ended");
    assertThat(soon()).as("told once").isNull();
  }

  @Test
  void aConnectionThatIsLostMeansNothing() throws Exception {
    try (var server = listen(0)) {
      watch(server.getLocalPort());
      assertThat(next()).isEqualTo("answers");

      server.accept().close();

      assertThat(next()).isEqualTo("answers");
      assertThat(soon()).isNull();
    }
  }

  @Test
  void whoNeverAnsweredIsMissedToo() throws Exception {
    int port;
    try (var server = listen(0)) {
      port = server.getLocalPort();
    }

    watch(port);

    assertThat(next()).isEqualTo("ended");
  }

  @Test
  void oneThatComesBackIsToldToo() throws Exception {
    var server = listen(0);
    watch(server.getLocalPort());
    assertThat(next()).isEqualTo("answers");
    server.accept().close();
    server.close();
    var end = next();
    while ("answers".equals(end)) { // it may have come in before the port was closed
      end = next();
    }
    assertThat(end).isEqualTo("ended");

    try (var _ = listen(server.getLocalPort())) {
      assertThat(next()).isEqualTo("answers");
    }
  }

  /** As a stopped process does, whose kernel goes on taking connections. */
  @Test
  void silenceMeansNothing() throws Exception {
    try (var server = listen(0)) {
      watch(server.getLocalPort());
      assertThat(next()).isEqualTo("answers");

      assertThat(soon()).isNull();
    }
  }

  @Test
  void whatIsClosedTellsNothing() throws Exception {
    var server = listen(0);
    watch(server.getLocalPort());
    assertThat(next()).isEqualTo("answers");
    var held = server.accept();
    watch.close();

    assertThat(held.getInputStream().read()).as("its connection").isEqualTo(-1);
    held.close();
    server.close();

    assertThat(soon()).isNull();
  }
}
