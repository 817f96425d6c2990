package io.troupe.actors.scheduler;

/**
 * What a host's hypervisor is; the same for all hosts of a kind.
 *
 * @param hypervisorType as Nova writes it: {@code QEMU}, {@code fake} …; empty when unknown
 * @param hypervisorVersion as one number, 1000000 × major + 1000 × minor + release; 0 when unknown
 * @param architecture of the guests, such as {@code x86_64}; empty when unknown
 * @param guestType what guests are made of, such as {@code kvm}; empty when unknown
 */
public record Machine(
    String hypervisorType, long hypervisorVersion, String architecture, String guestType) {
  public static final Machine UNKNOWN = new Machine("", 0, "", "");
}
