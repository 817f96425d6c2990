package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.libvirt.RebootEvents;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;
import org.libvirt.event.LifecycleListener;
import org.libvirt.event.ResumedDetail;
import org.libvirt.event.StartedDetail;
import org.libvirt.event.StoppedDetail;
import org.libvirt.event.SuspendedDetail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libvirt reports about our guests by itself, passed on as power changes, in order.
 *
 * <p>libvirt calls on its event loop, where no libvirt call may be made. So a thread of our own
 * asks for the guest's recorded generation. It keeps what it learned, since a guest that was just
 * destroyed can no longer be asked; a definition makes it ask again.
 */
final class GuestEvents implements LibvirtConnection.Listener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestEvents.class);

  /** Asks the host which generation a guest of ours has; empty for foreign and absent ones. */
  @FunctionalInterface
  interface Generations {
    Optional<Long> of(InstanceId instance) throws DriverException;
  }

  private final String host;
  private final Consumer<GuestEvent> sink;
  private volatile Generations generations = instance -> Optional.empty();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("libvirt-guest-events").factory());
  private final Map<InstanceId, Long> known = new HashMap<>(); // only on the thread above

  /** Guests on their way to here, which are nobody's yet. Only on the thread above. */
  private final Set<InstanceId> coming = new HashSet<>();

  private final ConcurrentHashMap<InstanceId, AtomicInteger> reboots = new ConcurrentHashMap<>();

  // In a field: one object for registering and for deregistering.
  private final LifecycleListener onLifecycle = this::lifecycle;
  private Optional<RebootEvents> rebootEvents = Optional.empty();

  GuestEvents(String host, Consumer<GuestEvent> sink) {
    this.host = host;
    this.sink = sink;
  }

  /** Whom to ask: the connection that these events come from, so it is known only afterwards. */
  void ask(Generations source) {
    generations = source;
  }

  @Override
  public void opened(Connect connect) throws LibvirtException {
    connect.addLifecycleListener(onLifecycle);
    rebootEvents = Optional.of(RebootEvents.register(connect, this::rebooted));
  }

  /** libvirt keeps a connection open as long as anybody listens to it. */
  @Override
  public void closing(Connect connect) throws LibvirtException {
    connect.removeLifecycleListener(onLifecycle);
    if (rebootEvents.isPresent()) {
      rebootEvents.get().deregister(connect);
      rebootEvents = Optional.empty();
    }
  }

  /** Counts the guest's reboots from now on, until the watch is closed. */
  RebootWatch watchReboots(InstanceId instance) {
    AtomicInteger count = new AtomicInteger();
    reboots.put(instance, count);
    return new RebootWatch(count, () -> reboots.remove(instance, count));
  }

  /** Whether a guest has been seen to reboot. */
  record RebootWatch(AtomicInteger count, Runnable end) implements AutoCloseable {
    boolean seen() {
      return count.get() > 0;
    }

    @Override
    public void close() {
      end.run();
    }
  }

  private int lifecycle(Domain domain, DomainEvent event) {
    Instant at = Instant.now();
    Optional<InstanceId> instance = idOf(domain);
    if (instance.isPresent() && event.getType() != DomainEventType.UNKNOWN) {
      try {
        thread.execute(() -> pass(instance.get(), event, at));
      } catch (RejectedExecutionException closed) {
        LOG.debug("event after close: {}", event);
      }
    }
    return 0;
  }

  private void rebooted(String uuid) {
    InstanceId.parse(uuid).map(reboots::get).ifPresent(AtomicInteger::incrementAndGet);
  }

  /** The UUID is held in the domain object: no call to the host. */
  private static Optional<InstanceId> idOf(Domain domain) {
    try {
      Optional<InstanceId> id = InstanceId.parse(domain.getUUIDString());
      domain.free();
      return id;
    } catch (LibvirtException e) {
      LOG.warn("an event of a domain without UUID: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** On the thread above. */
  void pass(InstanceId instance, DomainEvent event, Instant at) {
    try {
      if (event.getType() == DomainEventType.DEFINED) {
        known.remove(instance);
      }
      if (isOnItsWay(instance, event)) {
        return;
      }
      // Nobody is asked about what changes no power: a guest that shuts down may be gone already.
      Optional<PowerState> power = power(event);
      Optional<Long> generation = power.isPresent() ? generation(instance) : Optional.empty();
      if (generation.isPresent()) {
        String reason = event.toString().toLowerCase(Locale.ROOT);
        sink.accept(new GuestEvent(host, instance, generation.get(), power.get(), reason, at));
      }
      if (event.getType() == DomainEventType.UNDEFINED) {
        known.remove(instance);
      }
    } catch (DriverException e) {
      // The connection is lost or was just closed: when it is there again all guests are listed.
      LOG.debug("event {} of guest {} is left to the list of guests", event, instance, e);
    } catch (RuntimeException e) {
      // Polling finds what is lost here.
      LOG.warn("event {} of guest {} is lost: {}", event, instance, e.getMessage());
    }
  }

  /** The guest's recorded generation has changed without a definition. */
  void forget(InstanceId instance) {
    try {
      thread.execute(() -> known.remove(instance));
    } catch (RejectedExecutionException closed) {
      LOG.debug("forgotten after close: {}", instance);
    }
  }

  /**
   * Whoever moves a guest says himself what becomes of it: that it stops here, is started there, or
   * is given up there. Only on the thread above.
   */
  private boolean isOnItsWay(InstanceId instance, DomainEvent event) {
    if (event.getType() == DomainEventType.STARTED && isMigration(event)) {
      known.remove(instance);
      coming.add(instance);
      return true;
    }
    boolean wasComing =
        switch (event.getType()) {
          case RESUMED, STARTED, STOPPED, CRASHED -> coming.remove(instance);
          case DEFINED, UNDEFINED, SUSPENDED, SHUTDOWN, PMSUSPENDED, UNKNOWN ->
              coming.contains(instance);
        };
    return wasComing || isMigration(event);
  }

  /** An unknown detail of being suspended is one of those of post-copy. */
  static boolean isMigration(DomainEvent event) {
    Object detail = event.getDetail();
    return detail == StartedDetail.MIGRATED
        || detail == StoppedDetail.MIGRATED
        || detail == SuspendedDetail.MIGRATED
        || detail == ResumedDetail.MIGRATED
        || detail == SuspendedDetail.UNKNOWN
        || detail == ResumedDetail.UNKNOWN;
  }

  private Optional<Long> generation(InstanceId instance) throws DriverException {
    if (!known.containsKey(instance)) {
      generations.of(instance).ifPresent(generation -> known.put(instance, generation));
    }
    return Optional.ofNullable(known.get(instance));
  }

  /** Empty for what does not change power. A guest that is shutting down is not off yet. */
  static Optional<PowerState> power(DomainEvent event) {
    return switch (event.getType()) {
      case STARTED, RESUMED -> Optional.of(PowerState.RUNNING);
      case SUSPENDED -> Optional.of(PowerState.PAUSED);
      case PMSUSPENDED -> Optional.of(PowerState.SUSPENDED);
      case CRASHED -> Optional.of(PowerState.CRASHED);
      case STOPPED -> {
        Object detail = event.getDetail();
        yield Optional.of(
            switch (detail) {
              case StoppedDetail.CRASHED -> PowerState.CRASHED;
              case StoppedDetail.SAVED -> PowerState.SUSPENDED;
              default -> PowerState.SHUTDOWN;
            });
      }
      case DEFINED, UNDEFINED, SHUTDOWN, UNKNOWN -> Optional.empty();
    };
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
