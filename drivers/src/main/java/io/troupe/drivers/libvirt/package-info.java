/**
 * Guests on QEMU through libvirt, local or remote, with nothing of ours on the hypervisor.
 *
 * <pre>
 *  LibvirtDriver ── Fence, EpochMarker ── LibvirtCommands ──┬─ GuestAssembly ── ImageCache ── RootDisk
 *       │                                                   │       └── DomainXml (pure)
 *       │                                                   ├─ Power, Suspension, GuestAgent
 *       │                                                   ├─ Rescue, Resizing, Hotplug ── Definition
 *       │                                                   └─ RootSnapshot, ConsoleLog, Diagnosis, Vnc
 *       │                                                         all files in one VolumePool
 *  LibvirtConnection ── LibvirtEventLoop ──▸ GuestEvents ──▸ who opened the driver
 * </pre>
 *
 * Everything a guest needs travels over the libvirt connection, images too, as volumes of one
 * directory pool on the host. There too lies the {@link io.troupe.drivers.libvirt.EpochMarker},
 * which keeps former controllers from changing anything. What a host is made of ({@code kvm} or
 * {@code qemu}) is found out by {@link io.troupe.drivers.libvirt.KvmProbe}, which boots a sector of
 * code. {@link io.troupe.drivers.libvirt.LibvirtErrors} is the one place where libvirt's error
 * codes become our kinds of failure.
 */
package io.troupe.drivers.libvirt;
