/**
 * Where events are kept. A {@link io.troupe.core.journal.Journal} is one of three profiles, chosen
 * by the settings; each brings its Pekko configuration ({@code troupe-journal-*.conf}), checks or
 * makes its schema, and gives the past back when a node starts.
 *
 * <pre>
 *   JournalSettings → Journal.of → config → actor system → prepare → history → entities
 * </pre>
 */
package io.troupe.core.journal;
