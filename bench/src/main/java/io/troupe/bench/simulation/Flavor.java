package io.troupe.bench.simulation;

import io.troupe.core.value.Resources;
import java.util.Map;

/** What an instance of this kind takes. */
record Flavor(String name, Resources resources, Map<String, String> extraSpecs) {
  static Flavor of(String name, Input.Members fields) {
    return new Flavor(
        name,
        new Resources(
            (int) fields.required("vcpus").whole(0, 1 << 16),
            fields.required("ram_mib").whole(0, 1 << 30),
            fields.optional("disk_gib").map(disk -> disk.whole(0, 1 << 30)).orElse(0L)),
        fields.optional("extra_specs").map(specs -> specs.object().words()).orElse(Map.of()));
  }
}
