package io.troupe.config;

/**
 * What a project may use unless its own quotas say otherwise; -1 is no limit.
 *
 * @param instances servers
 * @param cores vCPUs
 * @param ramMib MiB of RAM
 * @param keyPairs per user
 * @param metadataItems per server
 * @param serverGroups per project
 * @param serverGroupMembers per group
 */
public record QuotaSettings(
    long instances,
    long cores,
    long ramMib,
    long keyPairs,
    long metadataItems,
    long serverGroups,
    long serverGroupMembers) {
  /** Nova's defaults. */
  public static final QuotaSettings DEFAULT = new QuotaSettings(10, 20, 51_200, 100, 128, 10, 10);
}
