package io.troupe.actors.scheduler;

import java.util.List;

/** A few queries of the hint {@code query}, and what they mean in Java. */
final class ReferenceQuery {
  static final List<String> QUERIES =
      List.of(
          "[\">=\", \"$num_instances\", 2]",
          "[\"and\", [\"<\", \"$num_instances\", 4], [\"in\", \"$hypervisor_type\", \"QEMU\", \"fake\"]]",
          "[\"not\", [\"=\", \"$hypervisor_type\", \"QEMU\"]]",
          "[\"or\", [\"=\", \"$unheard\", 1], [\"=\", \"$cpu_info.arch\", \"aarch64\"]]",
          "[]",
          "[\"like\", \"$host\", 1]",
          "free");

  static final List<String> REQUIREMENTS =
      List.of(
          "RUNNING_VMS < 3 & !(CLUSTER = \"east\")",
          "NAME = \"host-1*\" | tier = gold | tier = 3",
          "tier @> gold",
          "RUNNING_VMS <");

  static final List<String> RANKS = List.of("-RUNNING_VMS * 2", "(TOTALCPU + 7) / 3");

  private ReferenceQuery() {}

  static boolean holds(String query, HostRow host, int instances) {
    String type = host.machine().hypervisorType();
    return switch (QUERIES.indexOf(query)) {
      case 0 -> instances >= 2;
      case 1 -> instances < 4 && (type.equals("QEMU") || type.equals("fake"));
      case 2 -> !type.equals("QEMU");
      case 3 -> host.machine().architecture().equals("aarch64");
      case 4 -> true;
      default -> false;
    };
  }

  static boolean isReadable(String query) {
    return QUERIES.indexOf(query) < 5;
  }
}
