/**
 * Typed settings: one record per section, the unit in every name, a DEFAULT that suits one machine.
 */
package io.troupe.config;
