package io.troupe.http.compute;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.volume.Stored;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.core.value.HostId;
import io.troupe.http.Api;
import io.troupe.http.access.Caller;
import io.troupe.http.volume.VolumeAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Turns the disks a client wants into volumes it may use or that are made for it. */
final class DeviceResolver {
  private static final long GIB = 1L << 30;

  private final Api api;
  private final VolumeAccess access;

  DeviceResolver(Api api) {
    this.api = api;
    this.access = new VolumeAccess(api.catalog(), api.volumes());
  }

  /**
   * The disks of each of the servers.
   *
   * @param host where volumes that are there already lie
   * @param pool that these volumes have in common, if it is one that several hosts have; without
   *     one the servers have to go to that host
   */
  record Devices(List<VolumeChoice> volumes, Optional<HostId> host, Optional<String> pool) {
    static final Devices NONE = new Devices(List.of(), Optional.empty(), Optional.empty());

    /** For one server: a volume that is to be made has an id of its own for each. */
    List<VolumeChoice> ofOne() {
      return volumes.stream()
          .map(
              choice ->
                  choice.fresh().isEmpty()
                      ? choice
                      : new VolumeChoice(
                          UUID.randomUUID().toString(),
                          choice.fresh(),
                          choice.root(),
                          choice.deleteOnTermination(),
                          choice.tag(),
                          choice.pool()))
          .toList();
    }

    /** The only host where the servers can be. */
    Optional<HostId> onlyHost() {
      return host.filter(_ -> pool.isEmpty());
    }
  }

  /**
   * 400 for a volume or image that is not there or not free, for one that is too small, and for
   * volumes on two hosts.
   *
   * @param servers how many there will be
   */
  CompletionStage<Devices> resolve(Caller caller, List<DeviceWish> wishes, int servers) {
    CompletionStage<Devices> all = CompletableFuture.completedFuture(Devices.NONE);
    for (DeviceWish wish : wishes) {
      all =
          all.thenCompose(
              devices ->
                  switch (wish.source()) {
                    case VOLUME ->
                        existing(caller, wish, servers).thenApply(one -> with(devices, wish, one));
                    case SNAPSHOT ->
                        snapshot(caller, wish).thenApply(one -> with(devices, wish, one));
                    case IMAGE, BLANK ->
                        CompletableFuture.completedFuture(made(caller, devices, wish));
                  });
    }
    return all;
  }

  private CompletionStage<Volume> existing(Caller caller, DeviceWish wish, int servers) {
    String id = wish.uuid().orElseThrow();
    if (servers > 1) {
      throw DeviceWish.invalid("One volume cannot be the disk of several servers.");
    }
    return access
        .find(caller, id)
        .thenApply(
            found -> {
              Volume volume =
                  found
                      .filter(one -> one.projectId().equals(caller.project().value()))
                      .orElseThrow(() -> DeviceWish.invalid("failed to get volume " + id + "."));
              if (volume.status() != Volume.Status.AVAILABLE) {
                throw DeviceWish.invalid(
                    "volume %s status must be 'available', it is '%s'."
                        .formatted(id, volume.status().word()));
              }
              if (wish.root() && !volume.bootable()) {
                throw DeviceWish.invalid("Volume " + id + " is not bootable.");
              }
              return volume;
            });
  }

  private CompletionStage<VolumeSnapshot> snapshot(Caller caller, DeviceWish wish) {
    String id = wish.uuid().orElseThrow();
    return access
        .findSnapshot(caller, id)
        .thenApply(
            found -> {
              VolumeSnapshot snapshot =
                  found
                      .filter(one -> one.projectId().equals(caller.project().value()))
                      .orElseThrow(() -> DeviceWish.invalid("failed to get snapshot " + id + "."));
              if (snapshot.status() != VolumeSnapshot.Status.AVAILABLE) {
                throw DeviceWish.invalid(
                    "snapshot %s status must be 'available', it is '%s'."
                        .formatted(id, snapshot.status().word()));
              }
              if (wish.root() && !snapshot.bootable()) {
                throw DeviceWish.invalid(
                    "Snapshot " + id + " is of a volume that is not bootable.");
              }
              if (wish.sizeGib().filter(gib -> gib < snapshot.sizeGib()).isPresent()) {
                throw DeviceWish.invalid(
                    "a volume of %d GiB is smaller than its snapshot of %d GiB."
                        .formatted(wish.sizeGib().get(), snapshot.sizeGib()));
              }
              return snapshot;
            });
  }

  /** Each server has a copy of its own. */
  private static Devices with(Devices devices, DeviceWish wish, VolumeSnapshot snapshot) {
    var fresh =
        new VolumeChoice.NewVolume(
            "",
            wish.sizeGib().orElse(snapshot.sizeGib()),
            Optional.empty(),
            Optional.of(snapshot.id()));
    return with(
        devices,
        new VolumeChoice(
            "",
            Optional.of(fresh),
            wish.root(),
            wish.deleteOnTermination(),
            wish.tag(),
            snapshot.pool()),
        snapshot);
  }

  private static Devices with(Devices devices, DeviceWish wish, Volume volume) {
    return with(
        devices,
        new VolumeChoice(
            volume.id(),
            Optional.empty(),
            wish.root(),
            wish.deleteOnTermination(),
            wish.tag(),
            volume.pool(),
            volume.host().isEmpty() ? Optional.of(volume.sizeGib()) : Optional.empty()),
        volume);
  }

  private static Devices with(Devices devices, VolumeChoice choice, Stored stored) {
    var isFirst = devices.host().isEmpty();
    var host = devices.host().or(stored::host);
    var isInPool = devices.pool().isPresent() && stored.pool().equals(devices.pool());
    var pool =
        isFirst ? stored.pool() : devices.pool().filter(_ -> isInPool || stored.host().isEmpty());
    if (stored.host().isPresent() && !stored.host().equals(host) && !isInPool) {
      throw DeviceWish.invalid("the volumes lie on the storage of different hosts.");
    }
    return new Devices(with(devices.volumes(), choice), host, pool);
  }

  private Devices made(Caller caller, Devices devices, DeviceWish wish) {
    long sizeGib = wish.sizeGib().orElseThrow();
    Optional<Image> image =
        wish.source() == DeviceWish.Source.IMAGE
            ? wish.uuid()
                .map(id -> ImageFit.usable(api.catalog(), caller, id, "block_device_mapping_v2"))
            : Optional.empty();
    image.ifPresent(
        one -> {
          long bytes = ImageFit.neededBytes(one);
          if (bytes > sizeGib * GIB) {
            throw DeviceWish.invalid(
                "Volume is smaller than the minimum size specified in image metadata. Volume size"
                    + " is %d bytes, minimum size is %d bytes.".formatted(sizeGib * GIB, bytes));
          }
        });
    var fresh = new VolumeChoice.NewVolume("", sizeGib, image.map(ImageFit::reference));
    var choice =
        new VolumeChoice(
            "", Optional.of(fresh), wish.root(), wish.deleteOnTermination(), wish.tag());
    return new Devices(with(devices.volumes(), choice), devices.host(), devices.pool());
  }

  private static List<VolumeChoice> with(List<VolumeChoice> all, VolumeChoice one) {
    var more = new ArrayList<>(all);
    more.add(one);
    return more;
  }
}
