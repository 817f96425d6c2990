package io.troupe.http.network;

import io.troupe.actors.catalog.Network;
import io.troupe.http.access.Caller;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A subnet as its creator asked for it, with what was left open filled in. */
record NewSubnet(String networkId, Network.Subnet subnet) {
  private record Pool(long start, long end) {}

  static NewSubnet read(Caller caller, Body body) {
    NetworkAccess.project(caller, body);
    body.nullable("enable_dhcp").ifPresent(Field::flag); // clients always say true; shown as false
    NetworkAccess.onlyBlank(body, "description");
    NetworkAccess.onlyEmpty(body, "host_routes");
    NetworkAccess.onlyEmpty(body, "service_types");
    body.nullable("ip_version").ifPresent(field -> field.integer(4, 4));
    Field cidr = body.required("cidr");
    Ipv4Range range =
        Ipv4Range.parse(cidr.text(1, 64))
            .orElseThrow(
                () ->
                    cidr.invalid(
                        "It is not an IPv4 subnet a.b.c.d/n without host bits, n from 1 to 30"));
    Optional<Long> gateway = gateway(body, range);
    Pool pool =
        body.nullable("allocation_pools")
            .map(field -> field.list(1, 1, p -> pool(p, range)).getFirst())
            .orElseGet(() -> pool(range, gateway));
    if (gateway.filter(a -> pool.start() <= a && a <= pool.end()).isPresent()) {
      throw new ApiError(
              409,
              "GatewayConflictWithAllocationPools",
              "Gateway ip %s conflicts with allocation pool %s-%s."
                  .formatted(
                      Ipv4Range.text(gateway.get()),
                      Ipv4Range.text(pool.start()),
                      Ipv4Range.text(pool.end())))
          .thrown();
    }
    List<String> servers =
        body.nullable("dns_nameservers")
            .map(field -> field.list(0, 5, server -> Ipv4Range.text(address(server))))
            .orElse(List.of());
    return new NewSubnet(
        body.required("network_id").text(1, 255),
        new Network.Subnet(
            UUID.randomUUID().toString(),
            body.nullable("name").map(field -> field.printable(255)).orElse(""),
            range.cidr(),
            gateway.map(Ipv4Range::text),
            servers,
            Ipv4Range.text(pool.start()),
            Ipv4Range.text(pool.end())));
  }

  /** Absent: the first address. Null: none. */
  private static Optional<Long> gateway(Body body, Ipv4Range range) {
    Optional<Field> asked = body.optional("gateway_ip");
    if (asked.isEmpty()) {
      return Optional.of(range.first());
    }
    return asked.filter(field -> !field.isNull()).map(field -> addressIn(field, range));
  }

  private static Pool pool(Field field, Ipv4Range range) {
    Pool pool =
        field.object(
            body ->
                new Pool(
                    addressIn(body.required("start"), range),
                    addressIn(body.required("end"), range)));
    if (pool.start() > pool.end()) {
      throw field.invalid("The pool ends before it starts");
    }
    return pool;
  }

  /** Everything but the gateway, which must stand at one end. */
  private static Pool pool(Ipv4Range range, Optional<Long> gateway) {
    if (gateway.isEmpty()) {
      return new Pool(range.first(), range.last());
    }
    if (gateway.get() == range.first()) {
      return new Pool(range.first() + 1, range.last());
    }
    if (gateway.get() == range.last()) {
      return new Pool(range.first(), range.last() - 1);
    }
    throw ApiError.badRequest(
            "With a gateway in the middle of the subnet, name one of allocation_pools.")
        .thrown();
  }

  private static long addressIn(Field field, Ipv4Range range) {
    long address = address(field);
    if (!range.holds(address)) {
      throw field.invalid("It is not an address of " + range.cidr());
    }
    return address;
  }

  private static long address(Field field) {
    return Ipv4Range.address(field.text(1, 64))
        .orElseThrow(() -> field.invalid("It is not an IPv4 address"));
  }
}
