// A journal as the text that is hashed into its block. Two journals have one text only when they are the same in all that
// matters: every value stands on a line of its own, and none can hold the end of a line.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { sha256Hex } from '#chassis/digest.ts';
import { type Entry, type Journal, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { RefusedJournal } from '#gen/bank/ledger/v1/proof_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { commitment, hex, linesOf } from './block.ts';
import { leafHash } from './merkle.ts';

/** A posted journal as text: all of it but its entries, of which it has commitments. */
export function journalText(journal: Journal, fingerprint: Uint8Array): string {
  const { reversedJournalId, correctsJournalId, capturedHoldId, metadata, entries } = journal;
  const secret = hex(fingerprint);
  const references = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return linesOf([
    'corebank journal 1',
    `id ${journal.journalId}`,
    `kind ${KINDS.get(journal.kind)}`,
    `value_date ${journal.valueDate}`,
    `booking_date ${journal.bookingDate}`,
    `known_time ${timeOf(journal)}`,
    `owner ${OWNERS.get(journal.owner)}`,
    ...(reversedJournalId === '' ? [] : [`reverses ${reversedJournalId}`]),
    ...(correctsJournalId === '' ? [] : [`corrects ${correctsJournalId}`]),
    ...(capturedHoldId === '' ? [] : [`captures ${capturedHoldId}`]),
    ...(references.length === 0 ? [] : [`metadata ${saltOf(`metadata ${JSON.stringify(references)}`, secret)}`]),
    ...entries.map((entry) => `entry ${commitment(saltOf(`entry ${entry.legNumber}`, secret), entryText(entry))}`),
  ]);
}

/** The hash of a posted journal in its block. */
export function journalLeaf(journal: Journal, fingerprint: Uint8Array = journal.fingerprint): Buffer {
  return leafHash(journalText(journal, fingerprint));
}

/** The hash of a refused journal in its block. */
export function refusedLeaf(journal: Omit<RefusedJournal, '$typeName' | '$unknown' | 'place'>): Buffer {
  const { code, message, detail } = journal.refusal ?? {};
  const metadata = Object.entries(detail?.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return leafHash(
    linesOf([
      'corebank refused journal 1',
      `id ${journal.journalId}`,
      `kind ${KINDS.get(journal.kind)}`,
      `known_time ${timeOf(journal)}`,
      `owner ${OWNERS.get(journal.owner)}`,
      `refusal ${JSON.stringify([code, message, detail?.domain, detail?.reason, metadata])}`,
      `fingerprint ${saltOf('fingerprint', hex(journal.fingerprint))}`,
    ]),
  );
}

/** An entry as it is committed to. */
export function entryText(entry: Entry): string {
  const { ledgerAccountId, version, side, amount, balanceAfter, reversedLegNumber } = entry;
  const what = `${side === Side.DEBIT ? 'DEBIT' : 'CREDIT'} ${amount?.amount} ${amount?.currencyCode}`;
  const undone = reversedLegNumber === undefined ? '' : ` undoes ${reversedLegNumber}`;
  return `${ledgerAccountId} ${version} ${what} balance ${balanceAfter?.amount}${undone}`;
}

/** What is hashed before an entry. It follows from the journal's fingerprint, which only the bank knows. */
export function entrySalt(legNumber: number, fingerprint: Uint8Array): Buffer {
  return Buffer.from(saltOf(`entry ${legNumber}`, hex(fingerprint)), 'hex');
}

function saltOf(what: string, secret: string): string {
  return sha256Hex(`${what} ${secret}`);
}

function timeOf({ knownTime }: Pick<Journal, 'knownTime'>): string {
  return knownTime ? timestampDate(knownTime).toISOString() : '';
}

const KINDS = namesOf(JournalKind);
const OWNERS = namesOf(Workload);

function namesOf(names: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(names).map(([name, value]) => [value, name]));
}
