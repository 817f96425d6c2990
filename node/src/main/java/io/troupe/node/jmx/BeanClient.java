package io.troupe.node.jmx;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.rmi.ConnectIOException;
import java.rmi.NotBoundException;
import java.rmi.registry.LocateRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnector;
import javax.management.remote.rmi.RMIServer;
import javax.net.ssl.SSLException;
import javax.rmi.ssl.SslRMIClientSocketFactory;

/** A connection to the beans of a node, on this machine or elsewhere. */
public final class BeanClient implements AutoCloseable {
  /** What went wrong, in one line for the terminal. */
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    public Failed(String message) {
      super(message);
    }
  }

  /**
   * @param tls the certificates to trust; without them the connection is not encrypted
   */
  public record Remote(
      String host, int port, String user, String password, Optional<TrustStore> tls) {}

  private static final long PATIENCE_SECONDS = 20;

  private final JMXConnector connector;
  private final MBeanServerConnection beans;

  private BeanClient(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.beans = connector.getMBeanServerConnection();
  }

  /** To a JVM of the same user on this machine. */
  public static BeanClient attach(long pid) throws Failed {
    try {
      var machine = VirtualMachine.attach(Long.toString(pid));
      try {
        var url = new JMXServiceURL(machine.startLocalManagementAgent());
        return new BeanClient(JMXConnectorFactory.connect(url));
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException | IOException e) {
      throw new Failed("cannot attach to process " + pid + ": " + e.getMessage());
    }
  }

  public static BeanClient connect(Remote remote) throws Failed {
    var where = remote.host() + ":" + remote.port();
    try {
      return within(() -> connected(remote));
    } catch (TimeoutException _) {
      throw new Failed(where + " does not answer within " + PATIENCE_SECONDS + " s");
    } catch (SecurityException e) {
      throw new Failed(where + ": " + e.getMessage());
    } catch (NotBoundException _) {
      throw new Failed(where + " is no JMX port");
    } catch (SSLException e) {
      throw new Failed(where + ": no trusted TLS connection: " + e.getMessage());
    } catch (ConnectIOException e) {
      throw new Failed(
          remote.tls().isPresent()
              ? where + ": no trusted TLS connection: " + rootOf(e).getMessage()
              : where + " cannot be understood; it may want TLS, see --trust-store");
    } catch (Exception e) {
      throw new Failed("cannot connect to " + where + ": " + rootOf(e).getMessage());
    }
  }

  private static BeanClient connected(Remote remote) throws Exception {
    if (remote.tls().isPresent()) {
      remote.tls().get().useForThisProcess();
    }
    var registry =
        LocateRegistry.getRegistry(
            remote.host(),
            remote.port(),
            remote.tls().map(_ -> new SslRMIClientSocketFactory()).orElse(null));
    var connector = new RMIConnector((RMIServer) registry.lookup("jmxrmi"), Map.of());
    connector.connect(
        Map.of(JMXConnector.CREDENTIALS, new String[] {remote.user(), remote.password()}));
    return new BeanClient(connector);
  }

  /** RMI has no time-out of its own for a host that swallows everything. */
  private static <T> T within(Callable<T> call) throws Exception {
    try (var threads = new Abandoning()) {
      return threads.run(call);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static final class Abandoning implements AutoCloseable {
    private final java.util.concurrent.ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

    <T> T run(Callable<T> call) throws Exception {
      return thread.submit(call).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  private static Throwable rootOf(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  public MBeanServerConnection beans() {
    return beans;
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
