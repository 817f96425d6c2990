package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import io.troupe.core.jmx.Description.Impact;
import java.util.List;
import java.util.Map;

@Description("The hypervisor hosts of the whole cloud.")
public interface HostsMXBean {
  /**
   * @param state {@code up} or {@code down}
   * @param disabledReason empty when it is enabled
   */
  record Host(
      String id,
      String connection,
      String state,
      boolean enabled,
      String disabledReason,
      String availabilityZone,
      int instances,
      int claimedVcpus,
      long claimedRamMib) {}

  @Description("How many hosts there are.")
  int getCount();

  @Description(
      "How many hosts are in each state: up or down as the hypervisor answers, enabled or disabled as"
          + " an administrator wants it.")
  Map<String, Integer> getCountByState();

  @Description(
      "Guests that nobody asked Troupe for, by host; they are not touched. What is known of them is in"
          + " GET /v1/hosts/{id}, and POST /v1/hosts/{id}/adopt makes an instance of one.")
  Map<String, List<String>> getUnknownGuests();

  @Description(
      "Hosts that are being drained, or are drained until undrain is called: draining, drained or"
          + " blocked, and how many instances are in each state. Who is where is in GET"
          + " /v1/hosts/{id}/drain.")
  Map<String, String> getDrains();

  @Description("Hosts by id, with what is on them.")
  List<Host> list(
      @Description("Only hosts whose id begins with this; empty for all.") String prefix,
      @Description("At most so many.") int limit);

  @Description(
      value =
          "Lets a host take new instances again. One whose connection is disabled stays so until the"
              + " connection is enabled.",
      impact = Impact.CHANGES)
  void enable(@Description("Id of the host.") String id);

  @Description(
      value =
          "Keeps new instances away from a host; running ones stay. Holds until it is enabled, whatever"
              + " becomes of its connection.",
      impact = Impact.CHANGES)
  void disable(
      @Description("Id of the host.") String id,
      @Description("Why; shown wherever the host is shown.") String reason);

  @Description(
      value =
          "Disables a host and has its instances moved off it, two at a time, each attempted three"
              + " times. Holds until undrain is called.",
      impact = Impact.CHANGES)
  void drain(
      @Description("Id of the host.") String id,
      @Description("Why; shown wherever the host is shown.") String reason,
      @Description(
              "What becomes of instances without a policy of their own: live, cold, stop or leave.")
          String policy);

  @Description(value = "Ends a drain; what is under way comes to its end.", impact = Impact.CHANGES)
  void undrain(
      @Description("Id of the host.") String id,
      @Description("Whether the host takes new instances again.") boolean enable);
}
