package io.troupe.core.value;

/** An amount of the three resources every instance takes. */
public record Resources(int vcpus, long ramMib, long diskGib) {
  public static final Resources NONE = new Resources(0, 0, 0);

  public Resources {
    if (vcpus < 0 || ramMib < 0 || diskGib < 0) {
      throw new IllegalArgumentException(
          "resources must not be negative: "
              + vcpus
              + " vCPU, "
              + ramMib
              + " MiB, "
              + diskGib
              + " GiB");
    }
  }

  public Resources plus(Resources other) {
    return new Resources(vcpus + other.vcpus, ramMib + other.ramMib, diskGib + other.diskGib);
  }

  /** Of each the larger amount. */
  public Resources larger(Resources other) {
    return new Resources(
        Math.max(vcpus, other.vcpus),
        Math.max(ramMib, other.ramMib),
        Math.max(diskGib, other.diskGib));
  }

  public Resources minus(Resources other) {
    return new Resources(vcpus - other.vcpus, ramMib - other.ramMib, diskGib - other.diskGib);
  }
}
