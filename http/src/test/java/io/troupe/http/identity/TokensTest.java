package io.troupe.http.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.PlainHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Role;
import io.troupe.http.cloud.MemoryCatalog;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A token is good only while everything about it is. */
class TokensTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private final MemoryCatalog catalog = new MemoryCatalog();
  private final Tokens tokens = tokens(NOW, 7);

  @BeforeEach
  void seed() {
    catalog.put(user(true));
    catalog.put(project(true));
    catalog.put(new RoleAssignment("u1", "p1", "member"));
  }

  @Test
  void aTokenReadsAsItsUser() {
    Caller caller = tokens.read(tokens.sign(claims("p1"))).orElseThrow();

    assertThat(caller.userName()).isEqualTo("alice");
    assertThat(caller.project().value()).isEqualTo("p1");
    assertThat(caller.role()).contains(Role.MEMBER);
    assertThat(caller.has(Role.READER)).isTrue();
    assertThat(caller.isAdmin()).isFalse();
  }

  @Test
  void itEndsWithItsTime() {
    String token = tokens.sign(claims("p1"));

    assertThat(tokens(NOW.plusSeconds(59), 7).read(token)).isPresent();
    assertThat(tokens(NOW.plusSeconds(60), 7).read(token)).isEmpty();
  }

  @Test
  void aDisabledUserOrProjectOrALostRoleEndsItAtOnce() {
    String token = tokens.sign(claims("p1"));
    assertThat(tokens.read(token)).isPresent();

    catalog.put(user(false));
    assertThat(tokens.read(token)).isEmpty();
    catalog.put(user(true));
    catalog.put(project(false));
    assertThat(tokens.read(token)).isEmpty();
    catalog.put(project(true));
    catalog.remove(RoleAssignment.class, "u1/p1/member");
    assertThat(tokens.read(token)).isEmpty();
  }

  @Test
  void revocationEndsItAndWhatCameFromIt() {
    var parent = claims("p1");
    var child =
        new TokenClaims(
            "u1",
            Optional.of("p1"),
            List.of("token"),
            List.of("child", parent.id()),
            NOW,
            NOW.plusSeconds(60));
    String parentToken = tokens.sign(parent);
    String childToken = tokens.sign(child);

    tokens.revoke(child);
    assertThat(tokens.read(childToken)).isEmpty();
    assertThat(tokens.read(parentToken)).isPresent();
    tokens.revoke(parent);
    assertThat(tokens.read(parentToken)).isEmpty();
  }

  @Test
  void aForgedOneIsNone() {
    String token = tokens.sign(claims("p1"));
    String other = tokens(NOW, 8).sign(claims("p1"));
    String[] parts = token.split("\\.");

    assertThat(tokens.read(other)).isEmpty();
    assertThat(tokens.read(parts[0] + "." + parts[1] + ".")).isEmpty();
    assertThat(tokens.read(parts[0] + "." + other.split("\\.")[1] + "x." + parts[2])).isEmpty();
    assertThat(tokens.read("nonsense")).isEmpty();
    assertThat(tokens.read("")).isEmpty();
    assertThat(tokens.read("a".repeat(100_000))).isEmpty();
    assertThat(tokens.read(unsigned())).isEmpty();
  }

  @Test
  void aShortKeyIsRefused() {
    assertThatThrownBy(
            () ->
                new Tokens(
                    new SecretKeySpec(new byte[16], "HmacSHA256"), catalog, Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String unsigned() {
    var claims =
        new JWTClaimsSet.Builder()
            .subject("u1")
            .claim("project", "p1")
            .claim("methods", List.of("password"))
            .claim("audit", List.of("x"))
            .issueTime(Date.from(NOW))
            .expirationTime(Date.from(NOW.plusSeconds(60)))
            .build();
    return new PlainJWT(new PlainHeader.Builder().type(JOSEObjectType.JWT).build(), claims)
        .serialize();
  }

  private Tokens tokens(Instant now, int key) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) key;
    return new Tokens(
        new SecretKeySpec(bytes, "HmacSHA256"), catalog, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static TokenClaims claims(String project) {
    return new TokenClaims(
        "u1",
        Optional.of(project),
        List.of("password"),
        List.of("audit-1"),
        NOW,
        NOW.plusSeconds(60));
  }

  private static User user(boolean enabled) {
    return new User("u1", "alice", "", enabled, Optional.empty(), Optional.empty());
  }

  private static Project project(boolean enabled) {
    return new Project("p1", "demo", enabled, Optional.empty(), Map.of());
  }
}
