package io.troupe.actors.operation;

/** Who is asked for a step. */
public enum Participant {
  PROJECT("project", "Project (quota)"),
  SCHEDULER("scheduler", "Scheduler"),
  NETWORK("network", "Network"),
  VOLUME("volume", "Volumes"),
  /** Records and bytes of images. */
  IMAGES("images", "Images"),
  /** The host's own log: claims. */
  HOST("host", "Host"),
  /** The hypervisor, through its host. */
  DRIVER("driver", "Driver");

  private final String word;
  private final String title;

  Participant(String word, String title) {
    this.word = word;
    this.title = title;
  }

  public String word() {
    return word;
  }

  /** For people to read. */
  public String title() {
    return title;
  }

  public boolean isOnHost() {
    return this == HOST || this == DRIVER;
  }
}
