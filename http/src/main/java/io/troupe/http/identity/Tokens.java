package io.troupe.http.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeyLengthException;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.User;
import io.troupe.core.value.ProjectId;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Role;
import io.troupe.http.access.TokenReader;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;

/**
 * Tokens: signed claims (JWS, HS256), so that every node with the key can read one without asking
 * anybody. A token is good while it has not expired, was not revoked, and its user and project are
 * enabled; role and user are looked up at each use, so taking either away works at once.
 *
 * <p>Limit: a revocation is kept in this node's memory until the token would have expired. Other
 * nodes, and this one after a restart, do not know of it.
 */
public final class Tokens implements TokenReader {
  /** A token of ours is some 350 characters; longer ones are not worth parsing. */
  private static final int MAX_LENGTH = 2048;

  private static final int MAX_CACHED = 10_000;

  private final MACSigner signer;
  private final MACVerifier verifier;
  private final Directory directory;
  private final Clock clock;

  /** Tokens whose signature was found good. Checking one again would cost some 20 µs. */
  private final Map<String, TokenClaims> verified = new ConcurrentHashMap<>();

  /** Ids of revoked tokens with the time they expire at. */
  private final Map<String, Instant> revoked = new ConcurrentHashMap<>();

  /**
   * @param key 32 bytes or more
   */
  public Tokens(SecretKey key, Catalog catalog, Clock clock) {
    try {
      this.signer = new MACSigner(key);
      this.verifier = new MACVerifier(key);
    } catch (KeyLengthException e) {
      throw new IllegalArgumentException("the token key must have 32 bytes", e);
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the token key cannot be used", e);
    }
    this.directory = new Directory(catalog);
    this.clock = clock;
  }

  String sign(TokenClaims claims) {
    var set =
        new JWTClaimsSet.Builder()
            .subject(claims.userId())
            .claim("project", claims.projectId().orElse(null))
            .claim("methods", claims.methods())
            .claim("audit", claims.auditIds())
            .issueTime(Date.from(claims.issuedAt()))
            .expirationTime(Date.from(claims.expiresAt()))
            .build();
    var token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), set);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("a token cannot be signed", e);
    }
    return token.serialize();
  }

  @Override
  public Optional<Caller> read(String token) {
    return claims(token).flatMap(this::caller);
  }

  /** What a token says, if it is still good. */
  Optional<TokenClaims> claims(String token) {
    TokenClaims claims = verified.get(token);
    if (claims == null) {
      Optional<TokenClaims> parsed = verify(token);
      if (parsed.isEmpty()) {
        return parsed;
      }
      claims = parsed.get();
      if (verified.size() >= MAX_CACHED) {
        verified.clear(); // rare and cheap; the next use of each token fills it again
      }
      verified.put(token, claims);
    }
    return isGood(claims) ? Optional.of(claims) : Optional.empty();
  }

  void revoke(TokenClaims claims) {
    Instant now = clock.instant();
    revoked.values().removeIf(expiry -> expiry.isBefore(now));
    revoked.put(claims.id(), claims.expiresAt());
  }

  private boolean isGood(TokenClaims claims) {
    return clock.instant().isBefore(claims.expiresAt())
        && claims.auditIds().stream().noneMatch(revoked::containsKey)
        && directory.user(claims.userId()).filter(User::enabled).isPresent();
  }

  private Optional<Caller> caller(TokenClaims claims) {
    User user = directory.user(claims.userId()).orElseThrow();
    if (claims.projectId().isEmpty()) {
      return Optional.of(
          new Caller(
              user.id(), user.name(), Optional.empty(), Optional.empty(), claims.expiresAt()));
    }
    String project = claims.projectId().get();
    Optional<Role> role = directory.role(user.id(), project);
    if (role.isEmpty() || directory.project(project).filter(Project::enabled).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Caller(
            user.id(), user.name(), Optional.of(new ProjectId(project)), role, claims.expiresAt()));
  }

  private Optional<TokenClaims> verify(String token) {
    if (token.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      if (!JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm()) || !jwt.verify(verifier)) {
        return Optional.empty();
      }
      JWTClaimsSet set = jwt.getJWTClaimsSet();
      List<String> audit = set.getStringListClaim("audit");
      return Optional.of(
          new TokenClaims(
              set.getSubject(),
              Optional.ofNullable(set.getStringClaim("project")),
              set.getStringListClaim("methods"),
              audit,
              set.getIssueTime().toInstant(),
              set.getExpirationTime().toInstant()));
    } catch (ParseException | JOSEException e) {
      return Optional.empty(); // not a token of ours; the caller answers 401
    }
  }
}
