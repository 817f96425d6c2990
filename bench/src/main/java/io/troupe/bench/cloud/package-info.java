/**
 * A small OpenStack client, made for measuring: {@link io.troupe.bench.cloud.Credentials} are read
 * from clouds.yaml or the environment, {@link io.troupe.bench.cloud.Identity} turns them into a
 * {@link io.troupe.bench.cloud.Session} (token and endpoints), {@link
 * io.troupe.bench.cloud.Compute} makes the calls. It blocks and never retries: what the server
 * answered is what is measured.
 */
package io.troupe.bench.cloud;
