package io.troupe.http.microversion;

/** The microversions in which something exists, both ends included. */
public record Window(int firstMinor, int lastMinor) {
  public static final Window ALWAYS = new Window(0, Integer.MAX_VALUE);

  public static Window from(int firstMinor) {
    return new Window(firstMinor, Integer.MAX_VALUE);
  }

  public static Window until(int lastMinor) {
    return new Window(0, lastMinor);
  }

  public boolean holds(Microversion version) {
    return firstMinor <= version.minor() && version.minor() <= lastMinor;
  }
}
