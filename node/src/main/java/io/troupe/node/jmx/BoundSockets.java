package io.troupe.node.jmx;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.rmi.server.RMIServerSocketFactory;
import java.util.Optional;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/** Server sockets on one address; RMI's own listen on all. One of them serves all of a port. */
final class BoundSockets implements RMIServerSocketFactory {
  /** Connections that may wait to be taken; administrators are few. */
  private static final int WAITING = 20;

  private final InetAddress address;
  private final ServerSocketFactory sockets;

  BoundSockets(InetAddress address, Optional<SSLContext> tls) {
    this.address = address;
    this.sockets =
        tls.<ServerSocketFactory>map(SSLContext::getServerSocketFactory)
            .orElseGet(ServerSocketFactory::getDefault);
  }

  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return sockets.createServerSocket(port, WAITING, address);
  }
}
