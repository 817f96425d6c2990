package io.troupe.drivers.libvirt;

import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.SharedPool;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;

/** What a libvirt host has to give. */
final class LibvirtInventory {
  private LibvirtInventory() {}

  /** Disk is what the file system of the storage pool holds. */
  static HostInventory read(Connect connect, HostFacts facts, String guestType, VolumePool pool)
      throws LibvirtException, DriverException {
    NodeInfo node = connect.nodeInfo();
    Resources total =
        new Resources(node.maxCpus(), node.memory / 1024, pool.capacityBytes(connect) >> 30);
    return new HostInventory(
        facts.name(),
        facts.hypervisor(),
        connect.getVersion(),
        facts.architecture(),
        guestType,
        total,
        facts.address(),
        traits(facts, pool.shared()),
        Map.of(
            "cpu_model", node.model,
            "cpu_mhz", Integer.toString(node.mhz),
            "cpu_sockets", Integer.toString(node.sockets),
            "cpu_cores", Integer.toString(node.cores),
            "cpu_threads", Integer.toString(node.threads),
            "libvirt_version", Long.toString(connect.getLibVersion()),
            "storage_pool", pool.name()));
  }

  /** Names from the os-traits library; only what the driver really offers. */
  private static Set<String> traits(HostFacts facts, Optional<SharedPool> shared) {
    Set<String> traits = new HashSet<>();
    traits.add("COMPUTE_NODE");
    shared.map(SharedPool::trait).ifPresent(traits::add);
    if (facts.architecture().equals("x86_64")) {
      traits.add("HW_ARCH_" + facts.architecture().toUpperCase(Locale.ROOT));
    }
    if (facts.keepsFiles()) {
      traits.addAll(
          List.of(
              "COMPUTE_IMAGE_TYPE_QCOW2",
              "COMPUTE_IMAGE_TYPE_RAW",
              "COMPUTE_NET_VIF_MODEL_VIRTIO",
              "COMPUTE_STORAGE_BUS_VIRTIO",
              "COMPUTE_GRAPHICS_MODEL_VGA"));
    }
    return traits;
  }
}
