package io.troupe.node.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.config.JmxSettings;
import io.troupe.core.jmx.Beans;
import io.troupe.core.jmx.Description;
import io.troupe.core.jmx.Description.Impact;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.rmi.Remote;
import java.rmi.registry.LocateRegistry;
import java.rmi.server.UnicastRemoteObject;
import java.util.List;
import java.util.Optional;
import javax.management.Attribute;
import javax.management.MBeanServerConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and what each may do; the server is in this JVM. */
class RemoteAccessTest {
  @Description("A lamp.")
  public interface LampMXBean {
    @Description("Whether it shines.")
    boolean isOn();

    @Description("Reads.")
    String colour();

    @Description(value = "Changes.", impact = Impact.CHANGES)
    void flip();
  }

  private static final class Lamp implements LampMXBean {
    private boolean on;

    @Override
    public boolean isOn() {
      return on;
    }

    @Override
    public String colour() {
      return "warm";
    }

    @Override
    public void flip() {
      on = !on;
    }
  }

  @TempDir static Path scratch;
  private static Door door;
  private static RemoteAccess access;
  private static Beans beans;

  @BeforeAll
  static void open() throws Exception {
    door = Door.plain(scratch);
    var server = ManagementFactory.getPlatformMBeanServer();
    beans = new Beans(server, "here").add("Lamp", new Lamp(), LampMXBean.class);
    access = RemoteAccess.of(settings("127.0.0.1", door.port(), scratch.resolve("jmx.passwords")));
    access.open(server);
  }

  @AfterAll
  static void close() {
    access.close();
    beans.close();
  }

  private static JmxSettings settings(String host, int port, Path passwords) {
    return new JmxSettings(true, host, port, Optional.of(passwords), Optional.empty());
  }

  private static BeanClient alice() throws Exception {
    return BeanClient.connect(door.as("alice", Door.ALICES_PASSWORD));
  }

  private static BeanClient rita() throws Exception {
    return BeanClient.connect(door.as("rita", Door.RITAS_PASSWORD));
  }

  private static void flip(MBeanServerConnection lamps) throws Exception {
    lamps.invoke(Beans.name("Lamp"), "flip", new Object[0], new String[0]);
  }

  @Nested
  class ComingIn {
    @Test
    void aWrongPasswordAndAnUnknownNameAreRefusedAlike() {
      assertThatThrownBy(() -> BeanClient.connect(door.as("alice", "guessed")))
          .hasMessageContaining("wrong name or password");
      assertThatThrownBy(() -> BeanClient.connect(door.as("mallory", Door.ALICES_PASSWORD)))
          .hasMessageContaining("wrong name or password");
    }

    @Test
    void nobodyComesInWithoutCredentials() throws Exception {
      var stub =
          (javax.management.remote.rmi.RMIServer)
              LocateRegistry.getRegistry("127.0.0.1", door.port()).lookup("jmxrmi");

      assertThatThrownBy(() -> stub.newClient(null)).isInstanceOf(SecurityException.class);
      assertThatThrownBy(() -> stub.newClient(new String[] {"alice"}))
          .isInstanceOf(SecurityException.class);
    }

    @Test
    void onlyStringsAreReadFromWhoHasNotComeIn() throws Exception {
      var stub =
          (javax.management.remote.rmi.RMIServer)
              LocateRegistry.getRegistry("127.0.0.1", door.port()).lookup("jmxrmi");

      assertThatThrownBy(() -> stub.newClient(new java.util.ArrayList<>(List.of("alice", "x"))))
          .rootCause()
          .isInstanceOf(java.io.InvalidClassException.class)
          .hasMessageContaining("REJECTED");
    }

    @Test
    void theRegistryTakesNoOtherServer() throws Exception {
      interface Trap extends Remote, Serializable {}
      var registry = LocateRegistry.getRegistry("127.0.0.1", door.port());
      var trap = new Trap() {};
      var stub = UnicastRemoteObject.exportObject(trap, 0);

      assertThatThrownBy(() -> registry.rebind("jmxrmi", stub)).isInstanceOf(Exception.class);
      UnicastRemoteObject.unexportObject(trap, true);

      assertThatCode(() -> alice().close()).doesNotThrowAnyException();
    }

    @Test
    void aPortWithoutAServerIsOneClearLine() throws Exception {
      var nobody = new BeanClient.Remote("127.0.0.1", Door.freePort(), "a", "b", Optional.empty());

      assertThatThrownBy(() -> BeanClient.connect(nobody))
          .isInstanceOf(BeanClient.Failed.class)
          .hasMessageContaining("Connection refused")
          .hasMessageNotContaining("\n");
    }
  }

  @Nested
  class Roles {
    @Test
    void readwriteMayReadAndCall() throws Exception {
      try (var client = alice()) {
        var before = client.beans().getAttribute(Beans.name("Lamp"), "On");
        flip(client.beans());

        assertThat(client.beans().getAttribute(Beans.name("Lamp"), "On"))
            .isEqualTo(!(Boolean) before);
        assertThatCode(
                () -> new BeanCalls(client.beans()).call("java.lang:type=Memory", "gc", List.of()))
            .doesNotThrowAnyException();
      }
    }

    @Test
    void readonlyMayReadAndCallWhatChangesNothing() throws Exception {
      try (var client = rita()) {
        assertThat(client.beans().getAttribute(Beans.name("Lamp"), "On")).isNotNull();
        assertThat(
                client.beans().invoke(Beans.name("Lamp"), "colour", new Object[0], new String[0]))
            .isEqualTo("warm");
        assertThatThrownBy(() -> flip(client.beans()))
            .isInstanceOf(SecurityException.class)
            .hasMessage("rita may only read");
        assertThatThrownBy(
                () ->
                    client
                        .beans()
                        .setAttribute(
                            new javax.management.ObjectName("java.lang:type=Memory"),
                            new Attribute("Verbose", true)))
            .isInstanceOf(SecurityException.class);
      }
    }

    @Test
    void nobodyMayMakeBeansOrCallDiagnosticCommands() throws Exception {
      try (var client = alice()) {
        assertThatThrownBy(
                () ->
                    client
                        .beans()
                        .createMBean(
                            "javax.management.timer.Timer",
                            new javax.management.ObjectName("x:type=Timer")))
            .isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> client.beans().unregisterMBean(Beans.name("Lamp")))
            .isInstanceOf(SecurityException.class);
        assertThatThrownBy(
                () ->
                    client
                        .beans()
                        .invoke(
                            new javax.management.ObjectName(
                                "com.sun.management:type=DiagnosticCommand"),
                            "vmVersion",
                            new Object[0],
                            new String[0]))
            .isInstanceOf(SecurityException.class)
            .hasMessageContaining("can only be read");
      }
    }
  }

  @Nested
  class Start {
    @Test
    void withoutTlsOnlyLoopbackIsAllowed() {
      assertThatThrownBy(
              () -> RemoteAccess.of(settings("0.0.0.0", 9010, scratch.resolve("jmx.passwords"))))
          .isInstanceOf(RemoteAccess.Refused.class)
          .hasMessageContaining("troupe.jmx.tls must be set");
    }

    @Test
    void aPasswordFileThatOthersCanReadIsRefused() throws Exception {
      var file = Files.createDirectories(scratch.resolve("open")).resolve("passwords");
      Files.copy(scratch.resolve("jmx.passwords"), file);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

      assertThatThrownBy(() -> RemoteAccess.of(settings("127.0.0.1", 9010, file)))
          .hasMessageContaining("readable by its owner alone");
    }

    @Test
    void aLineThatIsNoneIsNamedByItsNumber() throws Exception {
      var file = Files.createDirectories(scratch.resolve("broken")).resolve("passwords");
      Files.writeString(file, "# first\nalice readwrite in wonderland\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

      assertThatThrownBy(() -> RemoteAccess.of(settings("127.0.0.1", 9010, file)))
          .hasMessageContaining("line 2: must be a name");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
      var second =
          RemoteAccess.of(settings("127.0.0.1", door.port(), scratch.resolve("jmx.passwords")));

      assertThatThrownBy(() -> second.open(ManagementFactory.getPlatformMBeanServer()))
          .isInstanceOf(RemoteAccess.Refused.class)
          .hasMessageContaining("troupe.jmx.port " + door.port());
    }
  }
}
