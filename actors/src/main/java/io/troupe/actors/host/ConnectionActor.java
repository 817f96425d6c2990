package io.troupe.actors.host;

import io.troupe.actors.Entities;
import io.troupe.actors.catalog.Connection;
import io.troupe.config.DriverSettings;
import io.troupe.config.FleetSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Names;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.DriverProviders;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.HostInventory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * One registered hypervisor connection, on the node that owns it: keeps its driver, finds its
 * hosts, and tells each host what the hypervisor shows.
 *
 * <pre>
 *   driver notices ──┐                      ┌── Seen, Lost, Compare, GuestChanged ─────▶ HostActor
 *   heartbeat ───────┼─▶ ConnectionActor ───┤
 *   Execute, ────────┘                      └── commands ──▶ DriverActor (child)
 *   ListGuests
 * </pre>
 */
public final class ConnectionActor extends AbstractBehavior<ConnectionActor.Message> {

  public static final EntityTypeKey<Message> KEY =
      EntityTypeKey.create(Message.class, "connection");

  public sealed interface Message {}

  /** A reason to be awake. */
  public record Wake() implements Message, CborSerializable {}

  /**
   * From a host: a command under its epoch.
   *
   * @param through the incarnation of this actor that the host has taken its epoch for
   */
  public record Execute(DriverCommand command, String through, ActorRef<DriverActor.Reply> replyTo)
      implements Message, CborSerializable {}

  /** From a host that has just started: how are you? Answered as soon as it is known. */
  public record Introduce(HostId host) implements Message, CborSerializable {}

  /**
   * Which hosts are there? Answered when the hypervisor has been asked once, with or without
   * success.
   *
   * @param publish whether the hosts shall tell the scheduler about themselves
   */
  public record ListHosts(boolean publish, ActorRef<Hosts> replyTo)
      implements Message, CborSerializable {}

  /**
   * @param state {@code connecting}, {@code up} or {@code down}
   * @param error why it is down, empty otherwise
   */
  public record Hosts(ConnectionId connection, String state, String error, Set<HostId> hosts)
      implements CborSerializable {
    public Hosts {
      hosts = Set.copyOf(hosts);
    }
  }

  /** From a host: which guests does the hypervisor show on it from now on? */
  public record ListGuests(HostId host, ActorRef<DriverActor.GuestsReply> replyTo)
      implements Message, CborSerializable {}

  /** How is it now? Answered at once. */
  public record GetStatus(ActorRef<Status> replyTo) implements Message, CborSerializable {}

  /**
   * @param state {@code connecting}, {@code up} or {@code down}
   * @param error why it is down, empty otherwise
   * @param load commands on their way through the driver
   */
  public record Status(
      ConnectionId connection, String state, String error, int hosts, DriverActor.Load load)
      implements CborSerializable {}

  /** The connection was enabled or disabled: its hosts tell the scheduler. */
  public record Refresh() implements Message, CborSerializable {}

  /** The connection was removed from the catalog: hosts are forgotten, the driver is closed. */
  public record Close() implements Message, CborSerializable {}

  private record FromDriver(DriverActor.Notice notice) implements Message {}

  private record HostsAnswer(DriverActor.HostsReply reply) implements Message {}

  private record LoadKnown(DriverActor.Load load, ActorRef<Status> replyTo) implements Message {}

  private record Heartbeat() implements Message {}

  private record Reconcile() implements Message {}

  /** The driver's actor does not block; it is silent only while it is started anew. */
  private static final Duration LOAD_ANSWER = Duration.ofSeconds(1);

  /** An entry written at another node comes to this one within milliseconds, or not at all. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private static final int LOOKS = 10;

  private static final DriverActor.Load NO_LOAD = new DriverActor.Load(0, 0);

  private final ConnectionId id;
  private final Entities entities;
  private final Supplier<Optional<Connection>> registered;
  private final DriverProviders providers;
  private final DriverContext stores;
  private final DriverSettings driverSettings;
  private final Clock clock;
  private final TimerScheduler<Message> timers;
  private final ActorRef<DriverActor.HostsReply> hostsAnswers;

  private Optional<ActorRef<DriverActor.Message>> driver = Optional.empty();
  private final String incarnation = UUID.randomUUID().toString();
  private Optional<Connection> inUse = Optional.empty();
  private int looks;
  private String state = "connecting";
  private String error = "";
  private Set<String> driverLacks = Set.of();
  private final SortedMap<HostId, HostInventory> hosts =
      new TreeMap<>(Comparator.comparing(HostId::value));

  /** Hosts that have asked how it is, and that this incarnation has not seen. */
  private final Set<HostId> curious = new HashSet<>();

  private final List<ListHosts> askers = new ArrayList<>();

  /**
   * @param registered the catalog's entry as it is now
   * @param stores where the driver gets images from, where it puts those it makes, and what moves
   */
  public static Behavior<Message> create(
      ConnectionId id,
      Entities entities,
      Supplier<Optional<Connection>> registered,
      DriverProviders providers,
      DriverContext stores,
      DriverSettings driverSettings,
      FleetSettings settings,
      Clock clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new ConnectionActor(
                        id,
                        entities,
                        registered,
                        providers,
                        stores,
                        driverSettings,
                        settings,
                        clock,
                        timers,
                        context)));
  }

  private ConnectionActor(
      ConnectionId id,
      Entities entities,
      Supplier<Optional<Connection>> registered,
      DriverProviders providers,
      DriverContext stores,
      DriverSettings driverSettings,
      FleetSettings settings,
      Clock clock,
      TimerScheduler<Message> timers,
      ActorContext<Message> context) {
    super(context);
    this.id = id;
    this.entities = entities;
    this.registered = registered;
    this.providers = providers;
    this.stores = stores;
    this.driverSettings = driverSettings;
    this.clock = clock;
    this.timers = timers;
    this.hostsAnswers = context.messageAdapter(DriverActor.HostsReply.class, HostsAnswer::new);
    timers.startTimerWithFixedDelay(new Heartbeat(), Duration.ofMillis(settings.heartbeatMillis()));
    timers.startTimerWithFixedDelay(new Reconcile(), Duration.ofMillis(settings.reconcileMillis()));
    connect();
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Wake() -> connect();
      case Execute execute -> execute(execute);
      case Introduce(var host) -> introduced(host);
      case ListGuests(var host, var replyTo) -> listGuests(host, replyTo);
      case ListHosts ask -> {
        askers.add(ask);
        if (!state.equals("connecting")) {
          answer();
        }
      }
      case GetStatus(var replyTo) -> askLoad(replyTo);
      case LoadKnown(var load, var replyTo) ->
          replyTo.tell(new Status(id, state, error, hosts.size(), load));
      case Refresh() -> {
        inUse = registered.get();
        tellHosts(new HostActor.Publish());
      }
      case FromDriver(var notice) -> onNotice(notice);
      case HostsAnswer(DriverActor.HostsShown(var shown)) -> onHosts(shown);
      case HostsAnswer(DriverActor.HostsUnknown(var failure)) -> down(failure.message());
      case Heartbeat() -> {
        if (isAnother()) {
          return close();
        }
        driver.ifPresent(one -> one.tell(new DriverActor.Hosts(hostsAnswers)));
      }
      case Reconcile() -> reconcile();
      case Close() -> {
        return close();
      }
    }
    return this;
  }

  private Behavior<Message> close() {
    tellHosts(new HostActor.Forget());
    getContext().getLog().info("connection {} is closed", id);
    return Behaviors.stopped();
  }

  /**
   * What the catalog has holds, even where the message about it was lost: whether the connection in
   * use was removed or made anew. One that was only enabled or disabled is told to the hosts.
   */
  private boolean isAnother() {
    if (driver.isEmpty() || inUse.equals(registered.get())) {
      return false;
    }
    var before = inUse.orElseThrow();
    inUse = registered.get();
    tellHosts(new HostActor.Publish());
    return inUse.filter(now -> now.createdAt().equals(before.createdAt())).isEmpty();
  }

  /** Makes the driver's actor, if there is a connection of this id and its scheme has a driver. */
  private void connect() {
    if (driver.isPresent()) {
      return;
    }
    var entry = registered.get();
    if (entry.isEmpty()) {
      lookAgain();
      return;
    }
    var uri = URI.create(entry.get().uri());
    var provider = providers.find(uri);
    if (provider.isEmpty()) {
      down("no driver for scheme " + uri.getScheme() + ", there are " + providers.schemes());
      return;
    }
    state = "connecting";
    looks = 0;
    inUse = entry;
    var notices = getContext().messageAdapter(DriverActor.Notice.class, FromDriver::new);
    driver =
        Optional.of(
            getContext()
                .spawn(
                    DriverActor.create(
                        new ConnectionSpec(id, uri, entry.get().options()),
                        provider.get(),
                        stores,
                        driverSettings,
                        clock,
                        notices),
                    "driver"));
  }

  /** Whoever registers asks for the hosts at once, and may be faster than the catalog's news. */
  private void lookAgain() {
    error = "no connection of this name is registered";
    looks++;
    if (looks < LOOKS) {
      timers.startSingleTimer(new Wake(), LOOK_AGAIN);
    } else {
      down(error);
    }
  }

  private void execute(Execute execute) {
    if (driver.isEmpty()) {
      refuse(execute, error);
    } else if (!execute.through().equals(incarnation)) {
      // The host does not know yet that the connection has moved. Its former commands may still be
      // under way elsewhere; they are fenced off by the epoch that it takes now.
      refuse(execute, "opened anew");
      introduced(new HostId(execute.command().target().host()));
    } else {
      driver.get().tell(new DriverActor.Execute(execute.command(), execute.replyTo()));
    }
  }

  private void refuse(Execute execute, String why) {
    var failure = new DriverFailure(DriverFailure.Kind.RETRYABLE, "connection " + id + ": " + why);
    execute.replyTo().tell(DriverActor.Failed.of(execute.command(), failure));
  }

  private void introduced(HostId host) {
    var inventory = hosts.get(host);
    if (inventory == null) {
      curious.add(host);
    }
    switch (state) {
      case "up" -> tellHow(host, inventory);
      case "down" -> entities.host(host).tell(new HostActor.Lost(error));
      default -> {} // told when it is known
    }
  }

  private void tellHow(HostId host, HostInventory inventory) {
    entities
        .host(host)
        .tell(
            inventory == null
                ? new HostActor.Lost("connection " + id + " shows it no more")
                : new HostActor.Seen(
                    id, incarnation, inventory, driverLacks, Optional.of(getContext().getSelf())));
  }

  private void askLoad(ActorRef<Status> replyTo) {
    driver.ifPresentOrElse(
        one ->
            getContext()
                .ask(
                    DriverActor.Load.class,
                    one,
                    LOAD_ANSWER,
                    DriverActor.GetLoad::new,
                    (load, failure) -> new LoadKnown(failure == null ? load : NO_LOAD, replyTo)),
        () -> getContext().getSelf().tell(new LoadKnown(NO_LOAD, replyTo)));
  }

  private void onNotice(DriverActor.Notice notice) {
    switch (notice) {
      case DriverActor.Up(_, var capabilities) -> {
        driverLacks = capabilities.lacking();
        driver.orElseThrow().tell(new DriverActor.Hosts(hostsAnswers));
      }
      case DriverActor.Down(_, var failure) -> down(failure.message());
      case DriverActor.Seen(_, var event) ->
          entities.host(new HostId(event.host())).tell(new HostActor.GuestChanged(event));
    }
  }

  private void onHosts(List<HostInventory> shown) {
    var first = !state.equals("up");
    state = "up";
    error = "";
    var known = new HashSet<>(hosts.keySet());
    known.addAll(curious);
    curious.clear();
    hosts.clear();
    for (HostInventory inventory : shown) {
      if (Names.isToken(inventory.name())) {
        hosts.put(new HostId(inventory.name()), inventory);
      } else {
        getContext()
            .getLog()
            .error("connection {} shows a host with an unusable name: {}", id, inventory.name());
      }
    }
    known.stream().filter(host -> !hosts.containsKey(host)).forEach(gone -> tellHow(gone, null));
    hosts.forEach(this::tellHow);
    if (first) {
      getContext().getLog().info("connection {} is up, {} hosts", id, hosts.size());
      reconcile();
    }
    answer();
  }

  private void down(String why) {
    if (!state.equals("down") || !error.equals(why)) {
      getContext().getLog().warn("connection {} is down: {}", id, why);
    }
    state = "down";
    error = why;
    tellHosts(new HostActor.Lost(why));
    curious.forEach(host -> entities.host(host).tell(new HostActor.Lost(why)));
    answer();
  }

  /** Each host asks for its guests itself: it knows which of them it has changed since. */
  private void reconcile() {
    if (state.equals("up")) {
      tellHosts(new HostActor.Compare());
    }
  }

  private void listGuests(HostId host, ActorRef<DriverActor.GuestsReply> replyTo) {
    driver.ifPresentOrElse(
        one -> one.tell(new DriverActor.Guests(host.value(), replyTo)),
        () ->
            replyTo.tell(
                new DriverActor.GuestsUnknown(
                    host.value(), new DriverFailure(DriverFailure.Kind.RETRYABLE, error))));
  }

  private void answer() {
    if (askers.stream().anyMatch(ListHosts::publish)) {
      tellHosts(new HostActor.Publish());
    }
    askers.forEach(ask -> ask.replyTo().tell(new Hosts(id, state, error, hosts.keySet())));
    askers.clear();
  }

  private void tellHosts(HostActor.Message message) {
    hosts.keySet().forEach(host -> entities.host(host).tell(message));
  }
}
