package io.troupe.core.journal;

import java.nio.file.Path;
import java.util.HashMap;

/**
 * A process that writes to {@value #LEDGERS} ledgers until it is killed. Each number is said on
 * standard output after the journal acknowledged it, as {@code ledger number}.
 */
final class LedgerProcess {
  static final int LEDGERS = 50;

  private final Ledgers ledgers;
  private final String prefix;

  private LedgerProcess(Ledgers ledgers, String prefix) {
    this.ledgers = ledgers;
    this.prefix = prefix;
  }

  /** Arguments: data directory, prefix of the ledgers' names, then settings as key=value. */
  public static void main(String[] arguments) throws JournalUnavailable {
    var settings = new HashMap<String, String>();
    for (int i = 2; i < arguments.length; i++) {
      var equals = arguments[i].indexOf('=');
      settings.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
    }
    var journal = Ledgers.journal(settings, Path.of(arguments[0]));
    var process = new LedgerProcess(Ledgers.open(journal), arguments[1]);
    for (int ledger = 0; ledger < LEDGERS; ledger++) {
      process.write(ledger, 1);
    }
  }

  private synchronized void write(int ledger, int number) {
    ledgers
        .add(prefix + ledger, number)
        .thenAccept(
            written -> {
              say(ledger, written);
              write(ledger, written + 1);
            });
  }

  private static synchronized void say(int ledger, int number) {
    System.out.println(ledger + " " + number);
    System.out.flush();
  }
}
