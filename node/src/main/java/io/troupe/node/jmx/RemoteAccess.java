package io.troupe.node.jmx;

import io.troupe.config.JmxSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.rmi.NoSuchObjectException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.ExportException;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.management.MBeanServer;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import javax.management.remote.rmi.RMIJRMPServerImpl;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.rmi.ssl.SslRMIClientSocketFactory;

/**
 * The door for JMX clients from elsewhere: registry and connections on one port of one address,
 * always with a password, with TLS unless the address is a loopback one.
 *
 * <p>Nothing but strings and open types is read from a client, nobody but this class can put a name
 * into the registry, and {@link Gate} decides what a role may do.
 */
public final class RemoteAccess implements AutoCloseable {
  /** The door cannot be opened, for a reason its operator can mend; one line. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** The name every JMX client looks for. */
  private static final String NAME = "jmxrmi";

  /** What attributes' values and operations' arguments may be made of. */
  private static final String OPEN_TYPES =
      "java.lang.*;java.math.*;java.util.*;javax.management.*;javax.management.openmbean.*;"
          + "javax.management.remote.*;java.rmi.MarshalledObject;javax.security.auth.Subject;"
          + "maxdepth=20;maxarray=10000;!*";

  private static final String CREDENTIALS = "java.lang.String;maxarray=2;!*";

  private final JmxSettings settings;
  private final InetAddress address;
  private final PasswordFile passwords;
  private final Optional<SSLContext> tls;
  private Optional<Registry> registry = Optional.empty();
  private Optional<JMXConnectorServer> server = Optional.empty();

  private RemoteAccess(
      JmxSettings settings, InetAddress address, PasswordFile passwords, Optional<SSLContext> tls) {
    this.settings = settings;
    this.address = address;
    this.passwords = passwords;
    this.tls = tls;
  }

  /** Checks everything that can be checked before the node is started. */
  public static RemoteAccess of(JmxSettings settings) throws Refused {
    var address = address(settings.host());
    if (settings.tls().isEmpty() && !address.isLoopbackAddress()) {
      throw new Refused(
          "troupe.jmx.host is "
              + settings.host()
              + ": beyond the loopback interface troupe.jmx.tls must be set");
    }
    var file = settings.passwordFile().orElseThrow();
    try {
      var passwords = PasswordFile.read(file);
      var tls =
          settings.tls().isPresent()
              ? Optional.of(context(settings.tls().get()))
              : Optional.<SSLContext>empty();
      return new RemoteAccess(settings, address, passwords, tls);
    } catch (IOException e) {
      throw new Refused("cannot read " + e.getMessage());
    }
  }

  private static InetAddress address(String host) throws Refused {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new Refused("troupe.jmx.host " + host + " is not known");
    }
  }

  private static SSLContext context(JmxSettings.Tls tls) throws IOException, Refused {
    var secret = Files.readString(tls.passwordFile()).lines().findFirst().orElse("").toCharArray();
    try (InputStream in = Files.newInputStream(tls.keyStore())) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(in, secret);
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, secret);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (java.nio.file.NoSuchFileException | java.nio.file.AccessDeniedException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new Refused("cannot use the key store " + tls.keyStore() + ": " + e.getMessage());
    }
  }

  /** From now on clients are let in. */
  public void open(MBeanServer beans) throws Refused {
    // Both are read once, by the first use of RMI in this JVM. The name is what clients are told to
    // connect to; the filter refuses whatever a caller from outside would put into the registry,
    // while a look-up sends a string, which no filter sees.
    System.setProperty("java.rmi.server.hostname", settings.host());
    System.setProperty("sun.rmi.registry.registryFilter", "!*");
    RMIServerSocketFactory serverSockets = new BoundSockets(address, tls);
    Optional<RMIClientSocketFactory> clientSockets = tls.map(_ -> new SslRMIClientSocketFactory());
    try {
      var made =
          LocateRegistry.createRegistry(settings.port(), clientSockets.orElse(null), serverSockets);
      registry = Optional.of(made);
      Map<String, Object> environment = new HashMap<>();
      environment.put(JMXConnectorServer.AUTHENTICATOR, passwords);
      environment.put(RMIConnectorServer.CREDENTIALS_FILTER_PATTERN, CREDENTIALS);
      environment.put(RMIConnectorServer.SERIAL_FILTER_PATTERN, OPEN_TYPES);
      var door =
          new RMIJRMPServerImpl(
              settings.port(), clientSockets.orElse(null), serverSockets, environment);
      var connector =
          new RMIConnectorServer(
              new JMXServiceURL("rmi", settings.host(), settings.port()), environment, door, beans);
      connector.setMBeanServerForwarder(Gate.before(beans));
      connector.start();
      server = Optional.of(connector);
      made.rebind(NAME, door.toStub());
    } catch (ExportException e) {
      close();
      throw new Refused(
          "troupe.jmx.port "
              + settings.port()
              + " on "
              + settings.host()
              + ": "
              + (e.getCause() == null ? e : e.getCause()).getMessage());
    } catch (IOException e) {
      close();
      throw new Refused("troupe.jmx cannot listen: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      if (server.isPresent()) {
        server.get().stop();
      }
    } catch (IOException _) {
      // A client that is still connected loses its connection with the JVM.
    }
    try {
      if (registry.isPresent()) {
        UnicastRemoteObject.unexportObject(registry.get(), true);
      }
    } catch (NoSuchObjectException _) {
      // It is gone, which is what was wanted.
    }
  }
}
