package io.troupe.drivers.libvirt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A TCP relay to a libvirtd, whose connections the test can break. */
final class CuttableRelay implements AutoCloseable {
  private final ServerSocket server;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final String host;
  private final int port;

  private CuttableRelay(String host, int port) throws IOException {
    this.host = host;
    this.port = port;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** In front of a libvirtd that listens to TCP; skips the test when this one does not. */
  static CuttableRelay before(URI libvirtd) throws IOException {
    assumeTrue("qemu+tcp".equals(libvirtd.getScheme()), "only a TCP connection can be cut here");
    return new CuttableRelay(
        libvirtd.getHost(), libvirtd.getPort() < 0 ? 16509 : libvirtd.getPort());
  }

  /** The libvirtd behind it, through it. */
  URI uri() {
    return URI.create("qemu+tcp://127.0.0.1:" + server.getLocalPort() + "/system");
  }

  /** Breaks every connection; new ones are let through. */
  void cut() throws IOException {
    cutBut(0);
  }

  /** Breaks every connection but the oldest ones. */
  void cutBut(int kept) throws IOException {
    Iterator<Socket> each = sockets.iterator();
    for (int i = 0; each.hasNext(); i++) {
      Socket socket = each.next();
      if (i >= 2 * kept) { // two sockets each
        each.remove();
        socket.close();
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket target = new Socket(host, port);
        sockets.add(client);
        sockets.add(target);
        pump(client, target);
        pump(target, client);
      }
    } catch (IOException closed) {
      // the relay was closed, or its server is gone: whoever connects will notice
    }
  }

  private static void pump(Socket from, Socket to) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (InputStream in = from.getInputStream();
                  OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
              } catch (IOException cut) {
                // an end of one side is an end of the other
              }
            });
  }

  @Override
  public void close() {
    try {
      server.close();
      cut();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
