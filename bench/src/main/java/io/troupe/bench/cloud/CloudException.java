package io.troupe.bench.cloud;

/**
 * The cloud cannot be used as asked: wrong credentials, no such flavor, no endpoint. One line says
 * why.
 */
public final class CloudException extends RuntimeException {
  public CloudException(String message) {
    super(message);
  }
}
