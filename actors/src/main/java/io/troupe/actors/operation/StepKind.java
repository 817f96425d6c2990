package io.troupe.actors.operation;

/** The steps that operations are made of. Each may be asked for again and then has one effect. */
public enum StepKind {
  /** Count the instance against its project's quota. */
  RESERVE("reserve", true),
  /** Let the scheduler name a host and alternates. */
  PLACE("place", false),
  /** Let the named host promise the capacity. */
  CLAIM("claim", true),
  /** Take a port on one of the networks asked for. */
  NETWORK("network", true),
  /** Build the guest and run it. */
  SPAWN("spawn", false),
  POWER_ON("power_on", false),
  POWER_OFF("power_off", false),
  REBOOT("reboot", false),
  /** Ask the hypervisor for the truth, after a failure or a deadline. */
  INSPECT("inspect", false),
  /** Remove the guest and its disks from the host. */
  DESTROY("destroy", true),
  /**
   * The guest cannot be removed now: the host keeps the claim, removes the guest when it can, and
   * then lets go.
   */
  CONDEMN("condemn", true),
  /** Give the host its capacity back. */
  RELEASE_CLAIM("release_claim", true),
  /** Give back the ports on one of the networks asked for. */
  RELEASE_PORTS("release_ports", true),
  /** Take the instance off its project's quota. */
  RELEASE_QUOTA("release_quota", true);

  private final String word;
  private final boolean askable;

  StepKind(String word, boolean askable) {
    this.word = word;
    this.askable = askable;
  }

  /** The step's name in an operation's trail. */
  public String word() {
    return word;
  }

  /**
   * Whether asking once more gets the same answer, because the asked entity has it in its own log.
   * The outcome of such a step is written down together with the next outcome that is not; see
   * docs/adr/0006.
   */
  public boolean canBeAskedAgain() {
    return askable;
  }
}
