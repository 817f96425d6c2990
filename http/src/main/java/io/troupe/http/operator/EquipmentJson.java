package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Stock;
import io.troupe.core.value.Names;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What an operator says a host has, read and shown; the words are those of Placement's API. */
final class EquipmentJson {
  private static final int MAX_TRAITS = 1000;
  private static final int MAX_PROVIDERS = 256;
  private static final int MAX_CLASSES = 64;
  private static final long MAX_AMOUNT = 1L << 31;
  private static final Set<String> MACHINE = Set.of("VCPU", "MEMORY_MB", "DISK_GB");

  private EquipmentJson() {}

  static Equipment.Change traits(Body body) {
    return Equipment.Change.traits(traits(body.required("traits")));
  }

  /** {@code inventories} of the host itself, {@code providers} of its parts. */
  static Equipment.Change inventory(Body body) {
    var providers = new ArrayList<Provider>();
    Map<String, Stock> own =
        body.nullable("inventories").map(EquipmentJson::stocks).orElse(Map.of());
    if (!own.isEmpty()) {
      providers.add(new Provider(Provider.HOST, Set.of(), own));
    }
    body.nullable("providers").ifPresent(field -> providers.addAll(providers(field)));
    return Equipment.Change.providers(providers);
  }

  private static List<Provider> providers(Field field) {
    var providers = field.list(0, MAX_PROVIDERS, one -> one.object(EquipmentJson::provider));
    var names = new HashSet<String>();
    for (Provider provider : providers) {
      if (!names.add(provider.name())) {
        throw field.invalid("there are two providers called '" + provider.name() + "'");
      }
    }
    return providers;
  }

  private static Provider provider(Body body) {
    return new Provider(
        body.required("name").text(255, "name of letters, digits, '.', '_', '-'", Names::isToken),
        body.nullable("traits").map(EquipmentJson::traits).orElse(Set.of()),
        body.nullable("inventories").map(EquipmentJson::stocks).orElse(Map.of()));
  }

  private static Set<String> traits(Field field) {
    return Set.copyOf(
        new HashSet<>(
            field.list(0, MAX_TRAITS, one -> one.text(255, "trait", EquipmentJson::isName))));
  }

  private static Map<String, Stock> stocks(Field field) {
    return field.object(
        body -> {
          var stocks = new LinkedHashMap<String, Stock>();
          for (String name : body.keys()) {
            Field stock = body.required(name);
            if (!isName(name) || MACHINE.contains(name)) {
              throw stock.invalid(
                  "a resource class is written in capitals, digits and '_', such as CUSTOM_FPGA;"
                      + " VCPU, MEMORY_MB and DISK_GB are the hypervisor's to tell");
            }
            stocks.put(name, stock(stock));
          }
          if (stocks.size() > MAX_CLASSES) {
            throw field.invalid("there are more than " + MAX_CLASSES + " resource classes");
          }
          return stocks;
        });
  }

  private static Stock stock(Field field) {
    return field.object(
        body -> {
          long total = body.required("total").integer(1, MAX_AMOUNT);
          long reserved = number(body, "reserved", 0, 0);
          long least = number(body, "min_unit", 1, 1);
          long most = number(body, "max_unit", 1, total);
          long step = number(body, "step_size", 1, 1);
          double ratio =
              body.nullable("allocation_ratio").map(r -> r.number(0.001, 10_000)).orElse(1.0);
          try {
            return new Stock(total, reserved, least, most, step, ratio);
          } catch (IllegalArgumentException e) {
            throw field.invalid(e.getMessage());
          }
        });
  }

  private static long number(Body body, String key, long least, long usual) {
    return body.nullable(key).map(field -> field.integer(least, MAX_AMOUNT)).orElse(usual);
  }

  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= 255
        && text.charAt(0) >= 'A'
        && text.charAt(0) <= 'Z'
        && text.chars().allMatch(c -> c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_');
  }

  static ObjectNode of(Equipment equipment) {
    ObjectNode body = Json.object();
    addTraits(body, equipment.traits());
    ObjectNode own = body.putObject("inventories");
    ArrayNode parts = body.putArray("providers");
    equipment.providers().stream()
        .sorted(Comparator.comparing(Provider::name))
        .forEach(
            provider -> {
              if (provider.name().equals(Provider.HOST)) {
                addStocks(own, provider);
              } else {
                ObjectNode part = parts.addObject().put("name", provider.name());
                addTraits(part, provider.traits());
                addStocks(part.putObject("inventories"), provider);
              }
            });
    return body;
  }

  private static void addTraits(ObjectNode body, Set<String> traits) {
    ArrayNode list = body.putArray("traits");
    traits.stream().sorted().forEach(list::add);
  }

  private static void addStocks(ObjectNode body, Provider provider) {
    new TreeMap<>(provider.stocks())
        .forEach(
            (name, stock) ->
                body.putObject(name)
                    .put("total", stock.total())
                    .put("reserved", stock.reserved())
                    .put("min_unit", stock.minUnit())
                    .put("max_unit", stock.maxUnit())
                    .put("step_size", stock.stepSize())
                    .put("allocation_ratio", stock.ratio()));
  }

  /** By provider, the host itself as the empty name. */
  static ObjectNode used(Map<String, Map<String, Long>> used) {
    ObjectNode body = Json.object();
    new TreeMap<>(used)
        .forEach(
            (provider, amounts) -> {
              ObjectNode sums = body.putObject(provider);
              new TreeMap<>(amounts).forEach(sums::put);
            });
    return body;
  }
}
