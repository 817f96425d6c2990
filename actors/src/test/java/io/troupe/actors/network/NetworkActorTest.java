package io.troupe.actors.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.config.NetworkSettings;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NetworkActorTest {
  /** 100 addresses. */
  private volatile Optional<Network> entry = Optional.of(Examples.network(0, 10, 109));

  @RegisterExtension static final Stage stage = new Stage();

  private ActorRef<NetworkActor.Message> actor;

  private Behavior<NetworkActor.Message> behavior() {
    return NetworkActor.create("net-0", () -> entry, NetworkSettings.DEFAULT, stage);
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  private static NetworkActor.Attach attach(
      int instance, Optional<String> fixedIp, ActorRef<NetworkActor.Reply> to) {
    return new NetworkActor.Attach(
        Examples.instance(instance),
        Examples.PROJECT,
        new NetworkChoice.OnNetwork("net-0", fixedIp),
        0,
        to);
  }

  private NetworkActor.Reply attach(int instance) {
    return stage.ask(actor, NetworkActor.Reply.class, to -> attach(instance, Optional.empty(), to));
  }

  private NetworkActor.Reply attachAt(int instance, String address) {
    return stage.ask(
        actor, NetworkActor.Reply.class, to -> attach(instance, Optional.of(address), to));
  }

  private void release(int instance) {
    stage.ask(
        actor,
        NetworkActor.Reply.class,
        to -> new NetworkActor.Release(List.of(Examples.instance(instance)), to));
  }

  private NetworkActor.PortReply create(String id, Optional<String> fixedIp) {
    return stage.ask(
        actor,
        NetworkActor.PortReply.class,
        to -> new NetworkActor.CreatePort(id, Examples.PROJECT.value(), "mine", fixedIp, to));
  }

  private NetworkActor.PortReply delete(String id) {
    return stage.ask(
        actor, NetworkActor.PortReply.class, to -> new NetworkActor.DeletePort(id, to));
  }

  private List<Port> ports() {
    return stage.ask(actor, NetworkActor.Ports.class, NetworkActor.GetPorts::new).ports();
  }

  private static String address(NetworkActor.Reply reply) {
    return ((NetworkActor.Attached) reply).nic().address();
  }

  private static Rejection refusal(NetworkActor.Reply reply) {
    return ((NetworkActor.Refused) reply).reason();
  }

  @Test
  void aStormGetsNoAddressTwiceAndNotOneMoreThanThereAre() {
    var replies = stage.probe(NetworkActor.Reply.class);
    IntStream.rangeClosed(1, 150)
        .parallel()
        .forEach(number -> actor.tell(attach(number, Optional.empty(), replies.getRef())));

    var addresses =
        replies.receiveSeveralMessages(150).stream()
            .filter(NetworkActor.Attached.class::isInstance)
            .map(NetworkActorTest::address)
            .toList();

    assertThat(addresses).hasSize(100).doesNotHaveDuplicates();
    assertThat(refusal(attach(151))).isInstanceOf(Rejection.Conflict.class);
    assertThat(ports().stream().map(Port::mac)).doesNotHaveDuplicates();
  }

  @Test
  void askedAgainItIsTheSamePort() {
    var first = attach(1);

    assertThat(attach(1)).isEqualTo(first);
    assertThat(stage.journal("network|net-0")).hasSize(1);
  }

  @Test
  void aReleasedAddressIsUsedAgainButLate() {
    var first = address(attach(1));
    release(1);

    assertThat(address(attach(2))).isNotEqualTo(first);
    for (int number = 3; number <= 100; number++) {
      attach(number);
    }
    assertThat(address(attach(101))).isEqualTo(first);
  }

  @Test
  void aGivenAddressIsTakenOnce() {
    assertThat(address(attachAt(1, "10.0.0.42"))).isEqualTo("10.0.0.42");

    assertThat(refusal(attachAt(2, "10.0.0.42"))).isInstanceOf(Rejection.Conflict.class);
  }

  @Test
  void anAddressThatIsNoHostOfTheSubnetIsInvalid() {
    for (var wrong : List.of("10.0.1.5", "10.0.0.0", "10.0.0.255", "10.0.0.1", "ten", "10.0.0")) {
      assertThat(refusal(attachAt(1, wrong))).as(wrong).isInstanceOf(Rejection.Invalid.class);
    }
  }

  @Test
  void aUsersPortStaysWhenTheInstanceGoes() {
    create("mine", Optional.of("10.0.0.50"));
    var choice = new NetworkChoice.ExistingPort("net-0", "mine");
    var attached =
        stage.ask(
            actor,
            NetworkActor.Reply.class,
            to -> new NetworkActor.Attach(Examples.instance(1), Examples.PROJECT, choice, 0, to));
    assertThat(address(attached)).isEqualTo("10.0.0.50");
    assertThat(delete("mine").refusal()).get().isInstanceOf(Rejection.Conflict.class);

    release(1);

    assertThat(ports()).singleElement().satisfies(port -> assertThat(port.deviceId()).isEmpty());
    assertThat(delete("mine").port()).isPresent();
    assertThat(delete("mine").refusal()).get().isInstanceOf(Rejection.NotFound.class);
  }

  @Test
  void aPortInUseOrOfAnotherProjectIsRefused() {
    create("mine", Optional.empty());
    var choice = new NetworkChoice.ExistingPort("net-0", "mine");
    var foreign = new io.troupe.core.value.ProjectId("other");
    assertThat(
            refusal(
                stage.ask(
                    actor,
                    NetworkActor.Reply.class,
                    to -> new NetworkActor.Attach(Examples.instance(1), foreign, choice, 0, to))))
        .isInstanceOf(Rejection.NotFound.class);
    for (int instance : List.of(1, 2)) {
      var reply =
          stage.ask(
              actor,
              NetworkActor.Reply.class,
              to ->
                  new NetworkActor.Attach(
                      Examples.instance(instance), Examples.PROJECT, choice, 0, to));
      assertThat(reply instanceof NetworkActor.Attached).isEqualTo(instance == 1);
    }
  }

  @Test
  void withoutTheNetworkInTheCatalogNothingIsAttachedButAllIsReleased() {
    attach(1);
    entry = Optional.empty();

    assertThat(refusal(attach(2))).isInstanceOf(Rejection.NotFound.class);
    release(1);

    assertThat(ports()).isEmpty();
  }

  @Test
  void comesBackWithItsPorts() {
    attach(1);
    attach(2);
    release(1);
    var before = ports();

    actor = stage.killAndBringBack(actor, behavior());

    assertThat(ports()).isEqualTo(before);
    assertThat(before).hasSize(1);
  }

  @Test
  void macsBeginAsTheSettingsSay() {
    var address = Ipv4.parse("10.0.0.7");

    assertThat(Ipv4.mac("02", "net-0", address)).matches("02:[0-9a-f]{2}:0a:00:00:07");
    assertThat(Ipv4.mac("02", "net-1", address))
        .as("told apart by the network")
        .isNotEqualTo(Ipv4.mac("02", "net-0", address));
    assertThat(Ipv4.mac("fa:16", "net-0", address)).isEqualTo("fa:16:0a:00:00:07");
  }
}
