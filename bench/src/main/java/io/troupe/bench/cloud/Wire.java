package io.troupe.bench.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * Blocking HTTP over kept-alive connections, without anything that costs the client time or hides a
 * failure: no cookies, no redirects, no compression, no retries. Safe for many threads.
 */
public final class Wire implements AutoCloseable {
  private static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

  private final CloseableHttpClient client;

  /**
   * @param connections the most kept at once; a request that finds none free waits, and the wait is
   *     part of what its caller measures
   * @param timeoutSeconds to connect, and between two packets
   */
  public Wire(int connections, int timeoutSeconds) {
    var limits =
        ConnectionConfig.custom()
            .setConnectTimeout(timeoutSeconds, TimeUnit.SECONDS)
            .setSocketTimeout(timeoutSeconds, TimeUnit.SECONDS)
            .build();
    var pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(connections)
            .setMaxConnPerRoute(connections)
            .setDefaultConnectionConfig(limits)
            .setDefaultSocketConfig(SocketConfig.custom().setTcpNoDelay(true).build())
            .build();
    client =
        HttpClients.custom()
            .setConnectionManager(pool)
            .setDefaultRequestConfig(
                RequestConfig.custom().setProtocolUpgradeEnabled(false).build())
            .disableAutomaticRetries()
            .disableAuthCaching()
            .disableConnectionState()
            .disableContentCompression()
            .disableCookieManagement()
            .disableRedirectHandling()
            .build();
  }

  /** One request; whatever the status, it is an answer. */
  public Answer send(
      String method, String url, Map<String, String> headers, Optional<JsonNode> body)
      throws IOException {
    var request = new HttpUriRequestBase(method, java.net.URI.create(url));
    headers.forEach(request::setHeader);
    if (body.isPresent()) {
      request.setEntity(
          new ByteArrayEntity(
              Answer.JSON.writeValueAsBytes(body.get()), ContentType.APPLICATION_JSON));
    }
    return client.execute(request, Wire::read);
  }

  private static Answer read(ClassicHttpResponse response) throws IOException {
    var token = response.getFirstHeader("X-Subject-Token");
    var entity = response.getEntity();
    return new Answer(
        response.getCode(),
        Optional.ofNullable(token).map(header -> header.getValue()),
        entity == null ? new byte[0] : EntityUtils.toByteArray(entity, MAX_ANSWER_BYTES));
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
