// What reversals may do: undo what exists, once, and never more than it was.
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type { Entry, Journal } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Fault } from './laws.ts';

/** What a reversal is, or pretends to be: whoever names another journal, and whoever is of the kind. */
export function isReversal({ kind, reversedJournalId }: Journal): boolean {
  return kind === JournalKind.REVERSAL || reversedJournalId !== '';
}

/**
 * What is wrong with reversals, given the journals that they name (by id; those that do not exist are absent). A reversal
 * does not say which leg it undoes, so what it takes back is counted by account and side.
 */
export function reversalFaults(reversals: readonly Journal[], originals: ReadonlyMap<string, Journal>): Fault[] {
  const left = new Map<string, Map<string, bigint>>();
  return reversals.flatMap((reversal) => {
    const { journalId: subject, reversedJournalId } = reversal;
    const fault = (what: string, expected: string, found: string): Fault[] => [
      { law: 'REVERSAL', subject, what, expected, found },
    ];
    if (reversal.kind !== JournalKind.REVERSAL) return fault('it names another journal', 'a REVERSAL', 'another kind');
    const original = originals.get(reversedJournalId);
    if (!original) return fault('it undoes a journal', 'one that exists', reversedJournalId || 'none');
    if (isReversal(original)) return fault('it undoes a journal', 'no reversal', `reversal ${original.journalId}`);
    if (original.owner !== reversal.owner) {
      return fault(`${original.journalId} is undone by its owner`, String(original.owner), String(reversal.owner));
    }
    const rest = left.get(reversedJournalId) ?? sidesOf(original.entries);
    left.set(reversedJournalId, rest);
    return reversal.entries.flatMap((entry) => {
      const undone = keyOf(entry, entry.side === Side.DEBIT ? Side.CREDIT : Side.DEBIT);
      const before = rest.get(undone) ?? 0n;
      const amount = minorOf(entry);
      rest.set(undone, before - amount);
      if (amount <= before) return [];
      const what = `what it undoes of ${original.journalId} on ${entry.ledgerAccountId}`;
      return fault(what, `${shown(entry, before > 0n ? before : 0n)} at most`, shown(entry, amount));
    });
  });
}

function sidesOf(entries: readonly Entry[]): Map<string, bigint> {
  const sides = new Map<string, bigint>();
  for (const entry of entries) {
    const key = keyOf(entry, entry.side);
    sides.set(key, (sides.get(key) ?? 0n) + minorOf(entry));
  }
  return sides;
}

function keyOf({ ledgerAccountId, amount }: Entry, side: Side): string {
  return `${ledgerAccountId} ${side} ${amount?.currencyCode}`;
}

function minorOf({ amount }: Entry): bigint {
  return amount ? fromMoney(amount).minor : 0n;
}

function shown({ amount }: Entry, minor: bigint): string {
  const currency = amount?.currencyCode ?? '';
  return `${toDecimal({ currency, minor })} ${currency}`;
}
