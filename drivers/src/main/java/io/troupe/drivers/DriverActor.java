package io.troupe.drivers;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.config.DriverSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.DriverThreads.Outcome;
import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverProvider;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.PastEpoch;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One hypervisor connection: the only thing that calls its driver. Every command gets one answer.
 *
 * <ul>
 *   <li>Commands of one instance run one after the other; {@link CommandQueue} has the bounds. One
 *       that repeats an unfinished one (same instance, operation, kind, host and generation) gets
 *       that one's answer. Those that watch or end a migration run beside it.
 *   <li>A destroy cancels what its instance has queued or running on the same host, up to its own
 *       generation, and runs when that has ended.
 *   <li>A command that has not begun at its deadline fails as retryable; a running one is asked to
 *       stop and answers when it has.
 *   <li>A command of a lower epoch than its host has seen fails as retryable: whoever still means
 *       it asks again under the host's present epoch.
 *   <li>While the hypervisor cannot be reached, commands and queries fail as retryable at once; the
 *       actor tries to connect again, and tells its listener of each change. Only those that come
 *       before the first attempt has ended wait for it.
 * </ul>
 *
 * <p>Nothing is kept: after a restart every outcome is found again by repeating the command.
 */
public final class DriverActor extends AbstractBehavior<DriverActor.Message> {

  public sealed interface Message {}

  /** What others may ask. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Execute.class, name = "execute"),
    @JsonSubTypes.Type(value = Hosts.class, name = "hosts"),
    @JsonSubTypes.Type(value = Guests.class, name = "guests"),
    @JsonSubTypes.Type(value = GetLoad.class, name = "get-load")
  })
  public sealed interface Request extends Message, CborSerializable {}

  public record Execute(DriverCommand command, ActorRef<Reply> replyTo) implements Request {}

  /** Which hosts are there? */
  public record Hosts(ActorRef<HostsReply> replyTo) implements Request {}

  /** Which guests are on this host from now on, ours or not? */
  public record Guests(String host, ActorRef<GuestsReply> replyTo) implements Request {}

  /** How much is there to do? Answered at once. */
  public record GetLoad(ActorRef<Load> replyTo) implements Request {}

  /**
   * Commands without an answer yet.
   *
   * @param running calls into the driver under way
   */
  public record Load(int running, int waiting) implements CborSerializable {}

  /** Answers {@link Execute}. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Done.class, name = "done"),
    @JsonSubTypes.Type(value = Failed.class, name = "failed")
  })
  public sealed interface Reply extends CborSerializable {
    OperationId operation();

    InstanceId instance();

    /** The {@link DriverCommand#name} of what is answered. */
    String command();
  }

  public record Done(
      OperationId operation, InstanceId instance, String command, DriverResult result)
      implements Reply {}

  public record Failed(
      OperationId operation, InstanceId instance, String command, DriverFailure failure)
      implements Reply {
    /** For a command that got no further than to whoever says this. */
    public static Failed of(DriverCommand command, DriverFailure failure) {
      var target = command.target();
      return new Failed(target.operation(), target.instance(), command.name(), failure);
    }
  }

  /** Answers {@link Hosts}. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = HostsShown.class, name = "hosts-shown"),
    @JsonSubTypes.Type(value = HostsUnknown.class, name = "hosts-unknown")
  })
  public sealed interface HostsReply extends CborSerializable {}

  public record HostsShown(List<HostInventory> hosts) implements HostsReply {
    public HostsShown {
      hosts = List.copyOf(hosts);
    }
  }

  public record HostsUnknown(DriverFailure failure) implements HostsReply {}

  /** Answers {@link Guests}. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = GuestsShown.class, name = "guests-shown"),
    @JsonSubTypes.Type(value = GuestsUnknown.class, name = "guests-unknown")
  })
  public sealed interface GuestsReply extends CborSerializable {
    String host();
  }

  public record GuestsShown(String host, List<GuestReport> guests) implements GuestsReply {
    public GuestsShown {
      guests = List.copyOf(guests);
    }
  }

  public record GuestsUnknown(String host, DriverFailure failure) implements GuestsReply {}

  /** What the listener is told without asking. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Up.class, name = "up"),
    @JsonSubTypes.Type(value = Down.class, name = "down"),
    @JsonSubTypes.Type(value = Seen.class, name = "seen")
  })
  public sealed interface Notice extends CborSerializable {
    ConnectionId connection();
  }

  /** The hypervisor answers. */
  public record Up(ConnectionId connection, Capabilities capabilities) implements Notice {}

  /**
   * The hypervisor does not answer, or answers differently than before; the actor goes on trying.
   */
  public record Down(ConnectionId connection, DriverFailure failure) implements Notice {}

  /** The hypervisor reports what a guest did. */
  public record Seen(ConnectionId connection, GuestEvent event) implements Notice {}

  private record Connect() implements Message {}

  private record Opened(Outcome<DriverThreads.Open> outcome) implements Message {}

  private record Ended(DriverJob job, Session session, Outcome<DriverResult> outcome)
      implements Message {}

  private record DeadlinePassed(DriverJob job) implements Message {}

  private record HostsRead(Session session, Outcome<List<HostInventory>> outcome)
      implements Message {}

  private record GuestsRead(Guests asked, Session session, Outcome<List<GuestReport>> outcome)
      implements Message {}

  /** An open driver, and how many calls are in it: it is closed only when there are none. */
  private static final class Session {
    private final Driver driver;
    private int calls;

    private Session(Driver driver) {
      this.driver = driver;
    }
  }

  /** What the scheduler of Pekko can still wait for: 248 days. */
  private static final Duration LONGEST_TIMER = Duration.ofDays(200);

  private final ActorRef<Message> self;
  private final ConnectionSpec connection;
  private final DriverProvider provider;
  private final DriverContext driverContext;
  private final DriverSettings settings;
  private final Clock clock;
  private final ActorRef<Notice> listener;
  private final TimerScheduler<Message> timers;
  private final DriverThreads threads;
  private final CommandQueue queue;
  private final Map<String, Long> epochs = new HashMap<>();
  private final List<ActorRef<HostsReply>> hostsAsked = new ArrayList<>();
  private final List<Guests> guestsAsked = new ArrayList<>();
  private Optional<Session> session = Optional.empty();
  private Optional<DriverFailure> down = Optional.empty();
  private long reconnectMillis;

  /**
   * The actor of one connection; it connects at once.
   *
   * @param images where its driver gets images from
   * @param clock what deadlines are held against
   * @param listener told when the connection comes and goes, and what guests do by themselves
   */
  public static Behavior<Message> create(
      ConnectionSpec connection,
      DriverProvider provider,
      DriverContext.ImageReader images,
      DriverSettings settings,
      Clock clock,
      ActorRef<Notice> listener) {
    return create(
        connection, provider, new DriverContext(images, event -> {}), settings, clock, listener);
  }

  /**
   * As the other one, for drivers that also make images and move guests.
   *
   * @param stores where its driver reads and writes; its events go to the listener alone
   */
  public static Behavior<Message> create(
      ConnectionSpec connection,
      DriverProvider provider,
      DriverContext stores,
      DriverSettings settings,
      Clock clock,
      ActorRef<Notice> listener) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new DriverActor(
                        context, timers, connection, provider, stores, settings, clock, listener)));
  }

  private DriverActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ConnectionSpec connection,
      DriverProvider provider,
      DriverContext stores,
      DriverSettings settings,
      Clock clock,
      ActorRef<Notice> listener) {
    super(context);
    this.self = context.getSelf();
    this.connection = connection;
    this.provider = provider;
    this.driverContext =
        new DriverContext(
            stores.images(),
            stores.imageSink(),
            stores.transfers(),
            event -> listener.tell(new Seen(connection.id(), event)));
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    this.timers = timers;
    var commandThreads = settings.threadsPerNativeConnection();
    this.threads = new DriverThreads(connection, provider.threads(), commandThreads);
    this.queue =
        new CommandQueue(
            switch (provider.threads()) {
              case NATIVE -> commandThreads;
              case VIRTUAL -> Integer.MAX_VALUE;
            },
            settings.spawnsPerHost());
    this.reconnectMillis = settings.reconnectMinMillis();
    connect();
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onAnyMessage(this::receive)
        .onSignal(PostStop.class, signal -> stop())
        .onSignal(PreRestart.class, signal -> stop())
        .build();
  }

  private Behavior<Message> receive(Message message) {
    switch (message) {
      case Execute(var command, var replyTo) -> execute(command, replyTo);
      case Hosts(var replyTo) -> askHosts(replyTo);
      case Guests asked -> askGuests(asked);
      case GetLoad(var replyTo) -> replyTo.tell(queue.load());
      case Connect() -> connect();
      case Opened(var outcome) -> opened(outcome);
      case Ended(var job, var from, var outcome) -> ended(job, from, outcome);
      case DeadlinePassed(var job) -> deadlinePassed(job);
      case HostsRead(var from, var outcome) -> hostsRead(from, outcome);
      case GuestsRead(var asked, var from, var outcome) -> guestsRead(asked, from, outcome);
    }
    startWhatCan();
    return this;
  }

  // -- the connection

  private void connect() {
    threads.open(provider, connection, driverContext, outcome -> self.tell(new Opened(outcome)));
  }

  private void opened(Outcome<DriverThreads.Open> outcome) {
    switch (outcome) {
      case Outcome.Good(DriverThreads.Open(var driver, var capabilities)) -> {
        session = Optional.of(new Session(driver));
        down = Optional.empty();
        reconnectMillis = settings.reconnectMinMillis();
        getContext().getLog().info("connection {} is up", connection.id());
        listener.tell(new Up(connection.id(), capabilities));
        if (!hostsAsked.isEmpty()) {
          readHosts();
        }
        guestsAsked.forEach(this::readGuests);
      }
      case Outcome.Bad(var failure) -> goDown(failure);
      case Outcome.Broken(var error) -> throw error;
    }
  }

  private void lose(Session lost, DriverFailure failure) {
    session = Optional.empty();
    queue.all().filter(DriverJob::isRunning).forEach(job -> job.cancel("connection lost"));
    closeIfUnused(lost);
    goDown(failure);
  }

  private void goDown(DriverFailure failure) {
    if (!down.equals(Optional.of(failure))) {
      getContext()
          .getLog()
          .warn("connection {} is down: {} {}", connection.id(), failure.kind(), failure.message());
      listener.tell(new Down(connection.id(), failure));
    }
    down = Optional.of(failure);
    queue.all().filter(job -> !job.isRunning()).forEach(job -> fail(job, unreachable(failure)));
    hostsAsked.forEach(asker -> asker.tell(new HostsUnknown(unreachable(failure))));
    hostsAsked.clear();
    guestsAsked.forEach(
        asked -> asked.replyTo().tell(new GuestsUnknown(asked.host(), unreachable(failure))));
    guestsAsked.clear();
    // Up to a fifth less, so that many connections lost at once do not come back at once.
    var wait = (long) (reconnectMillis * (1 - ThreadLocalRandom.current().nextDouble(0.2)));
    timers.startSingleTimer(Connect.class, new Connect(), Duration.ofMillis(wait));
    reconnectMillis = Math.min(reconnectMillis * 2, settings.reconnectMaxMillis());
  }

  private DriverFailure unreachable(DriverFailure because) {
    return retryable("connection " + connection.id() + " is down: " + because.message());
  }

  /** A call has come back; a driver that is no longer used is closed after its last one. */
  private void callEnded(Session from) {
    from.calls--;
    closeIfUnused(from);
  }

  private void closeIfUnused(Session given) {
    if (given.calls == 0 && !isCurrent(given)) {
      threads.close(given.driver);
    }
  }

  private boolean isCurrent(Session given) {
    return session.filter(current -> current == given).isPresent();
  }

  // -- commands

  private void execute(DriverCommand command, ActorRef<Reply> replyTo) {
    var target = command.target();
    epochs.merge(target.host(), target.epoch(), Math::max);
    var same = queue.sameAs(command);
    if (same.isPresent()) {
      same.get().join(command, replyTo);
      armDeadline(same.get());
      return;
    }
    var job = new DriverJob(command, replyTo);
    var refusal = down.map(this::unreachable).or(() -> refusal(job));
    if (refusal.isPresent()) {
      answer(job, Failed.of(command, refusal.get()));
      return;
    }
    if (command instanceof DriverCommand.Destroy destroy) {
      queue
          .of(target.instance())
          .filter(earlier -> earlier.isSettledBy(destroy))
          .forEach(earlier -> cancel(earlier, "destroyed by operation " + target.operation()));
    }
    queue.add(job);
    armDeadline(job);
  }

  private void startWhatCan() {
    if (session.isEmpty()) {
      return;
    }
    for (var ready = queue.startable(); !ready.isEmpty(); ready = queue.startable()) {
      ready.forEach(
          job ->
              refusal(job)
                  .ifPresentOrElse(refusal -> fail(job, refusal), () -> start(job, session.get())));
    }
  }

  private void start(DriverJob job, Session on) {
    var command = job.command();
    on.calls++;
    DriverThreads.Call<DriverResult> call = () -> on.driver.execute(command, job);
    Consumer<Outcome<DriverResult>> then = outcome -> self.tell(new Ended(job, on, outcome));
    if (job.goesBeside()) {
      threads.beside(call, then);
    } else {
      threads.command(call, then);
    }
  }

  /** Why the command must not begin now. */
  private Optional<DriverFailure> refusal(DriverJob job) {
    var target = job.command().target();
    var epoch = epochs.get(target.host());
    if (target.epoch() < epoch) {
      return Optional.of(PastEpoch.refuse(target, epoch).failure());
    }
    if (!job.deadline().isAfter(clock.instant())) {
      return Optional.of(retryable("its deadline " + job.deadline() + " passed before it began"));
    }
    return Optional.empty();
  }

  private void armDeadline(DriverJob job) {
    var left = Duration.between(clock.instant(), job.deadline());
    var delay = left.isNegative() ? Duration.ZERO : left;
    timers.startSingleTimer(
        job, new DeadlinePassed(job), delay.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : delay);
  }

  private void deadlinePassed(DriverJob job) {
    cancel(job, "its deadline " + job.deadline() + " has passed");
  }

  private void cancel(DriverJob job, String because) {
    switch (job.place()) {
      case RUNNING -> job.cancel(because);
      case IN_LANE, AT_HOST, FOR_PLACE -> fail(job, retryable("not begun: " + because));
      case OVER -> {} // the timer was late
    }
  }

  private void ended(DriverJob job, Session from, Outcome<DriverResult> outcome) {
    callEnded(from);
    switch (outcome) {
      case Outcome.Good(var result) -> {
        var target = job.command().target();
        finish(job, new Done(target.operation(), target.instance(), job.command().name(), result));
      }
      case Outcome.Bad(var failure) ->
          fail(
              job,
              job.cancelled()
                  .map(why -> new DriverFailure(failure.kind(), failure.message() + ": " + why))
                  .orElse(failure));
      case Outcome.Broken(var error) -> throw error;
    }
  }

  private void fail(DriverJob job, DriverFailure failure) {
    finish(job, Failed.of(job.command(), failure));
  }

  private void finish(DriverJob job, Reply reply) {
    timers.cancel(job);
    queue.remove(job);
    answer(job, reply);
  }

  private void answer(DriverJob job, Reply reply) {
    if (reply instanceof Failed(_, _, _, var failure)) {
      getContext().getLog().warn("{} failed: {} {}", job, failure.kind(), failure.message());
    }
    job.waiting().forEach(asker -> asker.tell(reply));
  }

  // -- queries

  private void askHosts(ActorRef<HostsReply> replyTo) {
    if (down.isPresent()) {
      replyTo.tell(new HostsUnknown(unreachable(down.get())));
      return;
    }
    hostsAsked.add(replyTo);
    if (hostsAsked.size() == 1) {
      readHosts();
    }
  }

  private void readHosts() {
    session.ifPresent(
        on -> {
          on.calls++;
          threads.query(on.driver::hosts, outcome -> self.tell(new HostsRead(on, outcome)));
        });
  }

  private void hostsRead(Session from, Outcome<List<HostInventory>> outcome) {
    callEnded(from);
    if (!isCurrent(from)) {
      return; // its askers were answered when the connection was lost
    }
    switch (outcome) {
      case Outcome.Good(var hosts) -> {
        hostsAsked.forEach(asker -> asker.tell(new HostsShown(hosts)));
        hostsAsked.clear();
      }
      case Outcome.Bad(var failure) -> lose(from, failure);
      case Outcome.Broken(var error) -> throw error;
    }
  }

  private void askGuests(Guests asked) {
    if (down.isPresent()) {
      asked.replyTo().tell(new GuestsUnknown(asked.host(), unreachable(down.get())));
      return;
    }
    guestsAsked.add(asked);
    readGuests(asked);
  }

  /** For each question anew: who asks wants to know what is there from then on. */
  private void readGuests(Guests asked) {
    session.ifPresent(
        on -> {
          on.calls++;
          threads.query(
              () -> on.driver.guests(asked.host()),
              outcome -> self.tell(new GuestsRead(asked, on, outcome)));
        });
  }

  private void guestsRead(Guests asked, Session from, Outcome<List<GuestReport>> outcome) {
    callEnded(from);
    if (!isCurrent(from)) {
      return;
    }
    switch (outcome) {
      case Outcome.Good(var guests) -> answer(asked, new GuestsShown(asked.host(), guests));
      case Outcome.Bad(var failure) when failure.kind() == DriverFailure.Kind.RETRYABLE ->
          lose(from, failure);
      case Outcome.Bad(var failure) -> answer(asked, new GuestsUnknown(asked.host(), failure));
      case Outcome.Broken(var error) -> throw error;
    }
  }

  private void answer(Guests asked, GuestsReply reply) {
    guestsAsked.remove(asked);
    asked.replyTo().tell(reply);
  }

  // -- the end

  private Behavior<Message> stop() {
    queue
        .all()
        .forEach(
            job -> {
              job.cancel("the driver is stopping");
              fail(job, retryable("the driver is stopping; what became of it is not known"));
            });
    threads.shutDown(settings.closeGraceMillis());
    return this;
  }

  private static DriverFailure retryable(String message) {
    return new DriverFailure(DriverFailure.Kind.RETRYABLE, message);
  }
}
