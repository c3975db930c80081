// Journals and steps of holds as the texts that are hashed into their block. Two have one text only when they are the same
// in all that matters: every value stands on a line of its own, and none can hold the end of a line.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { sha256Hex } from '#chassis/digest.ts';
import { leafHash } from '#chassis/merkle.ts';
import { HoldState, type HoldStep, HoldStepKind, type RefusedHoldStep } from '#gen/bank/ledger/v1/hold_pb.ts';
import { type Entry, type Journal, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { RefusedJournal } from '#gen/bank/ledger/v1/proof_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import type { Refusal } from '#gen/bank/type/v1/error_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { commitment, hex, linesOf } from './block.ts';

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
  return leafHash(
    linesOf([
      'corebank refused journal 1',
      `id ${journal.journalId}`,
      `kind ${KINDS.get(journal.kind)}`,
      `known_time ${timeOf(journal)}`,
      `owner ${OWNERS.get(journal.owner)}`,
      refusalLine(journal.refusal),
      fingerprintLine(journal),
    ]),
  );
}

/** The hash of a step of a hold in its block: all of it, and all of the hold as it left it. */
export function stepLeaf(step: Omit<HoldStep, '$typeName' | '$unknown' | 'place'>): Buffer {
  const { hold, kind, key, capturedAmount, heldChange, journalId } = step;
  return leafHash(
    linesOf([
      'corebank hold step 1',
      `hold ${hold?.holdId}`,
      `version ${hold?.version}`,
      `step ${STEPS.get(kind)}`,
      `known_time ${timeOf(step)}`,
      ...(key === '' ? [] : [`key ${JSON.stringify(key)}`, fingerprintLine(step)]),
      ...(journalId === '' ? [] : [`journal ${journalId}`, `captures ${moneyOf(capturedAmount)}`]),
      `held_change ${moneyOf(heldChange)}`,
      `kind ${KINDS.get(hold?.kind ?? 0)}`,
      `debit ${hold?.debitLedgerAccountId}`,
      `credit ${hold?.creditLedgerAccountId}`,
      `amount ${moneyOf(hold?.amount)}`,
      `capture_limit ${moneyOf(hold?.captureLimit)}`,
      `owner ${OWNERS.get(hold?.owner ?? 0)}`,
      `state ${STATES.get(hold?.state ?? 0)}`,
      `captured ${moneyOf(hold?.captured)}`,
      `held ${moneyOf(hold?.held)}`,
      `expire_time ${hold?.expireTime ? timestampDate(hold.expireTime).toISOString() : ''}`,
    ]),
  );
}

/** The hash of a refused step in its block. */
export function refusedStepLeaf(step: Omit<RefusedHoldStep, '$typeName' | '$unknown' | 'place'>): Buffer {
  return leafHash(
    linesOf([
      'corebank refused hold step 1',
      `key ${JSON.stringify(step.key)}`,
      `step ${STEPS.get(step.kind)}`,
      `known_time ${timeOf(step)}`,
      refusalLine(step.refusal),
      fingerprintLine(step),
    ]),
  );
}

/** An entry as it is committed to. */
export function entryText(entry: Entry): string {
  const { ledgerAccountId, version, side, amount, balanceAfter, reversedLegNumber, stripeNumber } = entry;
  const what = `${side === Side.DEBIT ? 'DEBIT' : 'CREDIT'} ${amount?.amount} ${amount?.currencyCode}`;
  const undone = reversedLegNumber === undefined ? '' : ` undoes ${reversedLegNumber}`;
  const stripe = stripeNumber === 0 ? '' : ` stripe ${stripeNumber}`;
  return `${ledgerAccountId} ${version} ${what} balance ${balanceAfter?.amount}${undone}${stripe}`;
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

function refusalLine(refusal: Refusal | undefined): string {
  const { code, message, detail } = refusal ?? {};
  const metadata = Object.entries(detail?.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return `refusal ${JSON.stringify([code, message, detail?.domain, detail?.reason, metadata])}`;
}

function fingerprintLine({ fingerprint }: { readonly fingerprint: Uint8Array }): string {
  return `fingerprint ${saltOf('fingerprint', hex(fingerprint))}`;
}

function moneyOf(money: Money | undefined): string {
  return `${money?.amount} ${money?.currencyCode}`;
}

const KINDS = namesOf(JournalKind);
const STEPS = namesOf(HoldStepKind);
const STATES = namesOf(HoldState);
const OWNERS = namesOf(Workload);

function namesOf(names: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(names).map(([name, value]) => [value, name]));
}
