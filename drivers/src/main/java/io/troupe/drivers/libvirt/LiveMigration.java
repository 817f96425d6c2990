package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult.MigrationSeen;
import io.troupe.drivers.spi.DriverResult.MigrationSeen.Copied;
import io.troupe.drivers.spi.DriverResult.MigrationSeen.Phase;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.libvirt.Domain;
import org.libvirt.Domain.MigrateFlags;
import org.libvirt.DomainCalls;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;
import org.libvirt.TypedUlongParameter;

/**
 * Migrates guests live, from libvirtd to libvirtd (peer to peer): the source's opens the
 * destination's and both see the migration through, so that it comes to an end of which both know
 * also when the controller dies in the middle. The controller's call lasts as long as the
 * migration; who repeats it finds the migration under way and waits. See docs/adr/0023.
 */
final class LiveMigration {
  /** {@code VIR_DOMAIN_JOB_NONE}. */
  private static final int JOB_NONE = 0;

  /** {@code VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT}. */
  private static final int OPERATION_MIGRATION_OUT = 5;

  /** {@code VIR_DOMAIN_PAUSED_POSTCOPY} and {@code …_POSTCOPY_FAILED}. */
  private static final int PAUSED_POSTCOPY = 12;

  private static final int PAUSED_POSTCOPY_FAILED = 13;

  /** {@code VIR_DOMAIN_SHUTOFF}, and {@code VIR_DOMAIN_SHUTOFF_MIGRATED}. */
  private static final int SHUTOFF = 5;

  private static final int SHUTOFF_MIGRATED = 4;

  /** {@code VIR_DOMAIN_XML_MIGRATABLE}, with {@code VIR_DOMAIN_XML_SECURE}. */
  private static final int XML_TO_SEND = 8 | 1;

  private static final Duration LOOK = Duration.ofMillis(200);

  /** How long a migration that nobody wants any more may take to end. */
  private static final Duration ABORT = Duration.ofSeconds(60);

  private final LibvirtConnection connection;
  private final VolumePool pool;
  private final HostFacts facts;

  LiveMigration(LibvirtConnection connection, VolumePool pool, HostFacts facts) {
    this.connection = connection;
    this.pool = pool;
    this.facts = facts;
  }

  // -- going

  void migrate(GuestTarget target, MoveTicket ticket, MigrationOptions options, Permit permit)
      throws DriverException {
    MoveSource source = MoveSource.of(ticket);
    MoveDestination there = MoveDestination.of(ticket);
    awaitOther(target, permit);
    Optional<PowerState> found =
        connection.onDomain("migration", target.instance(), PowerStates::of);
    if (found.isPresent()) {
      requireLive(target, found.get());
      go(target, ticket, there, options, found.get(), permit);
    }
    connection.run(
        "end of a migration",
        connect ->
            new GuestVolumes(target.instance(), source.generation())
                .deleteAll(connect, pool, facts.uuid(), permit.tenure()));
  }

  private static void requireLive(GuestTarget target, PowerState power) throws DriverException {
    if (power != PowerState.RUNNING && power != PowerState.PAUSED) {
      throw DriverException.instanceFault(
          "guest " + target.instance() + " is " + power + ", it cannot be migrated live");
    }
  }

  /** One that a controller has begun that is gone now, to the end of it. */
  private void awaitOther(GuestTarget target, Permit permit) throws DriverException {
    permit.await(
        () ->
            connection
                .onDomain(
                    "migration",
                    target.instance(),
                    domain -> !isMigration(domain) && !hasLeft(domain))
                .orElse(true));
  }

  /** libvirt stops what has gone to the other host a moment before it forgets it. */
  private static boolean hasLeft(Domain domain) throws LibvirtException {
    DomainCalls.State state = DomainCalls.state(domain);
    return state.state() == SHUTOFF && state.reason() == SHUTOFF_MIGRATED;
  }

  private void go(
      GuestTarget target,
      MoveTicket ticket,
      MoveDestination there,
      MigrationOptions options,
      PowerState before,
      Permit permit)
      throws DriverException {
    FutureTask<Boolean> call =
        new FutureTask<>(
            () ->
                connection.onGuest(
                    "migration",
                    target.instance(),
                    domain -> send(domain, target, ticket, there, options, permit)));
    Thread.ofPlatform().daemon().name("libvirt-migration-" + target.instance()).start(call);
    Optional<DriverException> stopped = watchOver(call, target.instance(), options, permit);
    try {
      call.get();
    } catch (ExecutionException e) {
      if (isGone(target.instance())) {
        return; // it went all the same, only the news of it was lost
      }
      goOn(target.instance(), before, permit);
      throw stopped.orElseGet(() -> failure(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw DriverException.retryable("interrupted");
    }
  }

  private static boolean send(
      Domain domain,
      GuestTarget target,
      MoveTicket ticket,
      MoveDestination there,
      MigrationOptions options,
      Permit permit)
      throws LibvirtException, DriverException {
    InstanceId instance = target.instance();
    List<TypedParameter> parameters = new ArrayList<>();
    parameters.add(
        new TypedStringParameter(
            "destination_xml", MigrationXml.at(there, instance, domain.getXMLDesc(XML_TO_SEND))));
    parameters.add(
        new TypedStringParameter(
            "persistent_xml", MigrationXml.at(there, instance, Definition.read(domain).write())));
    there.dataUri().ifPresent(uri -> parameters.add(new TypedStringParameter("migrate_uri", uri)));
    if (ticket.storage() == Storage.BLOCK) {
      parameters.add(new TypedStringParameter("migrate_disks", "vda"));
    }
    if (options.bandwidthMibPerSecond() > 0) {
      parameters.add(new TypedUlongParameter("bandwidth", options.bandwidthMibPerSecond()));
    }
    permit.tenure().require(domain.getConnect());
    domain.migrateToURI(
        there.uri(), parameters.toArray(TypedParameter[]::new), flags(ticket, there, options));
    return true;
  }

  /**
   * {@code UNSAFE} on shared storage: libvirt takes any cache mode but {@code none} for unsafe
   * there, because it once was. QEMU writes out and lets go of the disk at the source before the
   * destination opens it, and its lock on the file keeps two from having it.
   */
  private static int flags(MoveTicket ticket, MoveDestination there, MigrationOptions options) {
    int flags =
        MigrateFlags.LIVE
            | MigrateFlags.PEER2PEER
            | MigrateFlags.PERSIST_DEST
            | MigrateFlags.UNDEFINE_SOURCE
            | MigrateFlags.ABORT_ON_ERROR;
    flags |=
        switch (ticket.storage()) {
          case SHARED, UNKNOWN -> MigrateFlags.UNSAFE;
          case BLOCK ->
              there.onImage() ? MigrateFlags.NON_SHARED_INC : MigrateFlags.NON_SHARED_DISK;
        };
    flags |= options.autoConverge() ? MigrateFlags.AUTO_CONVERGE : 0;
    flags |= options.postCopy() ? MigrateFlags.POSTCOPY : 0;
    return flags;
  }

  /** Until the call has ended; why it was made to, if it was. */
  private Optional<DriverException> watchOver(
      FutureTask<Boolean> call, InstanceId instance, MigrationOptions options, Permit permit)
      throws DriverException {
    long began = System.nanoTime();
    boolean told = options.downtimeMillis() == 0;
    boolean forced = false;
    while (!hasEnded(call, LOOK)) {
      try {
        permit.check();
        told = told || tellDowntime(instance, options.downtimeMillis(), permit.tenure());
        long elapsed = (System.nanoTime() - began) / 1_000_000;
        long patience = options.completionTimeoutMillis();
        if (patience > 0 && elapsed > patience && !options.forceAtTimeout()) {
          throw DriverException.instanceFault(
              "the migration was not complete after " + patience + " ms");
        }
        if (patience > 0 && elapsed > patience && !forced) {
          forced = true;
          force(instance, permit);
        }
      } catch (DriverException e) {
        stop(call, instance, permit);
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }

  private static boolean hasEnded(FutureTask<Boolean> call, Duration within)
      throws DriverException {
    try {
      call.get(within.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw DriverException.retryable("interrupted");
    }
  }

  /** Takes it back if that is still possible; it may not have begun yet. */
  private void stop(FutureTask<Boolean> call, InstanceId instance, Permit permit)
      throws DriverException {
    long until = System.nanoTime() + ABORT.toNanos();
    while (!hasEnded(call, LOOK)) {
      if (System.nanoTime() > until) {
        throw DriverException.retryable("the migration of " + instance + " does not end");
      }
      connection.onDomain(
          "end of a migration",
          instance,
          domain -> {
            abort(domain, permit.tenure());
            return true;
          });
    }
  }

  /** False while it has not begun, when libvirt would not hear of it. */
  private boolean tellDowntime(InstanceId instance, long millis, Tenure tenure)
      throws DriverException {
    return connection
        .onDomain(
            "downtime",
            instance,
            domain -> {
              if (!isMigration(domain)) {
                return false;
              }
              tenure.require(domain.getConnect());
              try {
                domain.migrateSetMaxDowntime(millis);
                return true;
              } catch (LibvirtException e) {
                return false;
              }
            })
        .orElse(true);
  }

  private boolean isGone(InstanceId instance) throws DriverException {
    return connection.onDomain("migration", instance, LiveMigration::hasLeft).orElse(true);
  }

  /** libvirt lets it go on by itself; not so one that stood still to come to an end. */
  private void goOn(InstanceId instance, PowerState before, Permit permit) throws DriverException {
    connection.onDomain(
        "return from a migration",
        instance,
        domain -> {
          int reason = DomainCalls.state(domain).reason();
          if (PowerStates.of(domain) == PowerState.PAUSED && before == PowerState.RUNNING) {
            if (reason == PAUSED_POSTCOPY || reason == PAUSED_POSTCOPY_FAILED) {
              throw DriverException.hostFault(
                  "post-copy of " + instance + " has failed: part of it is on either host");
            }
            permit.tenure().require(domain.getConnect());
            domain.resume();
          }
          return true;
        });
  }

  /** Of a migration that nobody here has stopped, and whose guest is still here. */
  private static DriverException failure(Throwable cause) {
    if (cause instanceof DriverException e && e.getCause() instanceof LibvirtException from) {
      if (LibvirtErrors.is(from, ErrorNumber.VIR_ERR_OPERATION_ABORTED)) {
        return DriverException.instanceFault("the migration was aborted: " + from.getMessage());
      }
      // The source answers, so what cannot be reached or is busy is the other one.
      return e.failure().kind() == Kind.RETRYABLE
          ? new DriverException(new DriverFailure(Kind.HOST_FAULT, e.failure().message()), from)
          : e;
    }
    return cause instanceof DriverException e
        ? e
        : DriverException.hostFault("migration: " + cause);
  }

  // -- beside it

  MigrationSeen watch(InstanceId instance) throws DriverException {
    return connection
        .onDomain("migration's progress", instance, LiveMigration::seen)
        .orElse(MigrationSeen.NONE);
  }

  private static MigrationSeen seen(Domain domain) throws LibvirtException {
    Map<String, Long> stats = stats(domain);
    if (stats.getOrDefault("operation", 0L) != OPERATION_MIGRATION_OUT) {
      return MigrationSeen.NONE;
    }
    DomainCalls.State state = DomainCalls.state(domain);
    boolean postCopy = state.state() == 3 && state.reason() == PAUSED_POSTCOPY;
    return new MigrationSeen(
        postCopy ? Phase.POST_COPY : Phase.COPYING,
        stats.getOrDefault("time_elapsed", 0L),
        copied(stats, "memory"),
        copied(stats, "disk"));
  }

  private static Copied copied(Map<String, Long> stats, String what) {
    return new Copied(
        stats.getOrDefault(what + "_total", 0L),
        stats.getOrDefault(what + "_processed", 0L),
        stats.getOrDefault(what + "_remaining", 0L));
  }

  /** Empty when the guest is off, or does nothing of this kind. */
  private static Map<String, Long> stats(Domain domain) throws LibvirtException {
    Map<String, Long> numbers = new HashMap<>();
    if (domain.isActive() == 0) {
      return numbers;
    }
    var job = domain.getJobStats(0);
    if (job.type != JOB_NONE) {
      for (TypedParameter each : job.stats) {
        if (each.getValueAsString().matches("-?[0-9]{1,18}")) {
          numbers.put(each.field, Long.parseLong(each.getValueAsString()));
        }
      }
    }
    return numbers;
  }

  private static boolean isMigration(Domain domain) throws LibvirtException {
    return stats(domain).getOrDefault("operation", 0L) == OPERATION_MIGRATION_OUT;
  }

  private boolean isUnderWay(InstanceId instance) throws DriverException {
    return connection.onDomain("migration", instance, LiveMigration::isMigration).orElse(false);
  }

  void force(InstanceId instance, Permit permit) throws DriverException {
    connection.onGuest(
        "completion of a migration",
        instance,
        domain -> {
          if (!isMigration(domain)) {
            throw DriverException.instanceFault("no migration of " + instance + " is under way");
          }
          permit.tenure().require(domain.getConnect());
          try {
            DomainCalls.startPostCopy(domain);
          } catch (LibvirtException e) {
            domain.suspend(); // its options do not allow post-copy, or it is not possible yet
          }
          return true;
        });
  }

  void abort(InstanceId instance, Permit permit) throws DriverException {
    connection.onDomain(
        "abort of a migration",
        instance,
        domain -> {
          abort(domain, permit.tenure());
          return true;
        });
    if (!permit.await(ABORT.toMillis(), () -> !isUnderWay(instance))) {
      throw DriverException.retryable("the migration of " + instance + " does not end");
    }
  }

  private static void abort(Domain domain, Tenure tenure) throws LibvirtException, DriverException {
    if (!isMigration(domain)) {
      return;
    }
    tenure.require(domain.getConnect());
    try {
      domain.abortJob();
    } catch (LibvirtException e) {
      if (DomainCalls.state(domain).reason() == PAUSED_POSTCOPY) {
        throw DriverException.instanceFault(
            "the guest goes on at the destination, it cannot be taken back: " + e.getMessage());
      }
      if (isMigration(domain)) {
        throw e;
      }
    }
  }
}
