package io.troupe.drivers.spi;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sets of CPUs as libvirt and Nova write them: {@code 0-3,^2,8}. */
public final class CpuList {
  /** More than any host has. */
  private static final int MOST = 1 << 14;

  private static final Pattern PART = Pattern.compile("\\^?\\d{1,5}(-\\d{1,5})?");

  private CpuList() {}

  /**
   * The CPUs, ascending. What has a {@code ^} before it is taken out, wherever it stands.
   *
   * @throws IllegalArgumentException naming the part that cannot be read
   */
  public static List<Integer> parse(String text) {
    var in = new TreeSet<Integer>();
    var out = new TreeSet<Integer>();
    for (String part : text.split(",", -1)) {
      String word = part.strip();
      if (!PART.matcher(word).matches()) {
        throw new IllegalArgumentException("'" + word + "' is no CPU, and no range such as 0-3");
      }
      boolean taken = word.startsWith("^");
      String[] ends = (taken ? word.substring(1) : word).split("-");
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      if (last < first || last >= MOST) {
        throw new IllegalArgumentException("'" + word + "' is no range of CPUs");
      }
      IntStream.rangeClosed(first, last).forEach((taken ? out : in)::add);
    }
    in.removeAll(out);
    return List.copyOf(in);
  }

  /** In the same form, each CPU once. */
  public static String write(Collection<Integer> cpus) {
    return new TreeSet<>(cpus).stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
