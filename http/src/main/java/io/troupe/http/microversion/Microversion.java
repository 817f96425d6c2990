package io.troupe.http.microversion;

/** The edition of an API one request speaks, such as 2.79. */
public record Microversion(int major, int minor) implements Comparable<Microversion> {
  /** Whether what came with {@code major.minor} of this number is there. */
  public boolean from(int firstMinor) {
    return minor >= firstMinor;
  }

  /** Whether what was last there in this number still is. */
  public boolean until(int lastMinor) {
    return minor <= lastMinor;
  }

  @Override
  public int compareTo(Microversion other) {
    int byMajor = Integer.compare(major, other.major);
    return byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
