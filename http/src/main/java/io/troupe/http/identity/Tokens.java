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
import io.troupe.actors.catalog.ApplicationCredential;
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
 * anybody. A token is good while it has not expired, was not revoked, its user and project are
 * enabled and have not ended their tokens since, and its application credential is there; all of
 * that is looked up at each use, so taking any of it away works at once.
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
            .claim("credential", claims.credentialId().orElse(null))
            .claim("ended", List.of(claims.userEnded(), claims.projectEnded()))
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
        && directory
            .user(claims.userId())
            .filter(user -> user.enabled() && user.tokensEnded() == claims.userEnded())
            .isPresent()
        && (claims.projectId().isEmpty() || role(claims).isPresent());
  }

  /** The role a token has in its project now; empty when it is good for nothing there any more. */
  Optional<Role> role(TokenClaims claims) {
    return claims
        .projectId()
        .flatMap(directory::project)
        .filter(project -> project.enabled() && project.tokensEnded() == claims.projectEnded())
        .flatMap(
            project ->
                claims.credentialId().isEmpty()
                    ? directory.role(claims.userId(), project.id())
                    : credential(claims).flatMap(one -> directory.role(one, clock.instant())));
  }

  /** The application credential a token was got with, if it is still there. */
  Optional<ApplicationCredential> credential(TokenClaims claims) {
    return claims.credentialId().flatMap(directory::credential);
  }

  private Optional<Caller> caller(TokenClaims claims) {
    User user = directory.user(claims.userId()).orElseThrow();
    return Optional.of(
        new Caller(
            user.id(),
            user.name(),
            claims.projectId().map(ProjectId::new),
            role(claims),
            claims.expiresAt(),
            claims.credentialId().isEmpty()
                || credential(claims).filter(ApplicationCredential::unrestricted).isPresent(),
            isService(claims)));
  }

  /** Whether a token has the role {@code service} in its project now, perhaps beside another. */
  boolean isService(TokenClaims claims) {
    boolean isGiven =
        claims.credentialId().isEmpty()
            || credential(claims)
                .filter(one -> one.roles().contains(Role.SERVICE.word()))
                .isPresent();
    return isGiven
        && claims
            .projectId()
            .filter(project -> directory.isService(claims.userId(), project))
            .isPresent();
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
      List<Long> ended = ended(set);
      return Optional.of(
          new TokenClaims(
              set.getSubject(),
              Optional.ofNullable(set.getStringClaim("project")),
              set.getStringListClaim("methods"),
              audit,
              set.getIssueTime().toInstant(),
              set.getExpirationTime().toInstant(),
              Optional.ofNullable(set.getStringClaim("credential")),
              ended.get(0),
              ended.get(1)));
    } catch (ParseException | JOSEException e) {
      return Optional.empty(); // not a token of ours; the caller answers 401
    }
  }

  private static List<Long> ended(JWTClaimsSet set) throws ParseException {
    if (set.getClaim("ended") instanceof List<?> both
        && both.size() == 2
        && both.get(0) instanceof Number user
        && both.get(1) instanceof Number project) {
      return List.of(user.longValue(), project.longValue());
    }
    throw new ParseException("not of this version", 0);
  }
}
