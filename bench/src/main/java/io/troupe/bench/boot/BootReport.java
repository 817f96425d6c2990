package io.troupe.bench.boot;

import java.util.Map;

/**
 * What a run has seen. Its JSON form is this record.
 *
 * @param load how the boots were put on the cloud
 * @param cores processors of the client's machine, which is the server's when both run on one
 * @param toAccepted from a boot's (intended) begin to the 202
 * @param toActive from a boot's (intended) begin until a poll saw ACTIVE
 * @param list one page of up to 1000 servers in detail
 * @param clientCpuSeconds processor time of this client while boots ran: it shares the machine
 */
public record BootReport(
    String endpoint,
    String load,
    String flavor,
    String network,
    int cores,
    Boots boots,
    Latency toAccepted,
    Latency toActive,
    int listed,
    Latency list,
    Latency show,
    Deletes deletes,
    double clientCpuSeconds,
    Map<String, Integer> failures) {

  /**
   * @param perSecond ACTIVE servers over the time from the first request to the last ACTIVE
   * @param polls how often a server was looked at while waiting
   */
  public record Boots(
      int begun, int active, int failed, double seconds, double perSecond, long polls) {}

  /** A distribution in milliseconds; all zero where nothing was counted. */
  public record Latency(
      long count, double p50Millis, double p90Millis, double p99Millis, double maxMillis) {
    @Override
    public String toString() {
      return "p50 %8.1f ms   p90 %8.1f ms   p99 %8.1f ms   max %8.1f ms"
          .formatted(p50Millis, p90Millis, p99Millis, maxMillis);
    }
  }

  /**
   * @param toGone from the request until the server was not found any more
   */
  public record Deletes(
      int done, double seconds, double perSecond, Latency toAccepted, Latency toGone) {}

  /** Whether everything asked for was done. */
  public boolean isClean() {
    return failures.isEmpty();
  }

  /** For a terminal. */
  public String text() {
    var text = new StringBuilder();
    line(text, "cloud", "%s (client on %d cores)", endpoint, cores);
    line(text, "load", "%s; flavor %s, network %s", load, flavor, network);
    line(
        text,
        "boots",
        "%d begun, %d ACTIVE, %d failed in %.1f s: %.1f per second",
        boots.begun,
        boots.active,
        boots.failed,
        boots.seconds,
        boots.perSecond);
    line(text, "  to 202", "%s", toAccepted);
    line(text, "  to ACTIVE", "%s", toActive);
    if (list.count > 0) {
      line(text, "list of " + listed, "%s", list);
    }
    if (show.count > 0) {
      line(text, "show", "%s", show);
    }
    if (deletes.toAccepted.count > 0) {
      line(
          text,
          "deletes",
          "%d gone in %.1f s: %.1f per second",
          deletes.done,
          deletes.seconds,
          deletes.perSecond);
      line(text, "  to 204", "%s", deletes.toAccepted);
      line(text, "  to gone", "%s", deletes.toGone);
    }
    line(
        text,
        "client",
        "%.2f s of processor time while booting, %d polls",
        clientCpuSeconds,
        boots.polls);
    failures.forEach((reason, count) -> line(text, "failed", "%6d x %s", count, reason));
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String format, Object... values) {
    text.append("%-14s ".formatted(what)).append(format.formatted(values)).append('\n');
  }
}
