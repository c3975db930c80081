// From the messages of the contract to drafts for the lane: everything about a journal's form is checked here, before
// it meets any account.
import { createHmac } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import { toBinaries } from '#chassis/encode.ts';
import { invalid } from '#chassis/errors.ts';
import { fromMoney, fromPositiveMoney } from '#chassis/money.ts';
import { type Balancing, type Leg, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  type HoldCapture,
  type NewJournal,
  NewJournalSchema,
  type ReverseJournalRequest,
  ReverseJournalRequestSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { readDay, requireDay } from './dates.ts';
import { arePairs } from './domain/balancing.ts';
import { isBalanced, type JournalDraft, type LegDraft } from './domain/core.ts';
import { type Kind, mayPost } from './domain/kinds.ts';
import { refuse } from './domain/refusals.ts';
import type { Captures } from './holds.ts';
import { kindFrom } from './messages.ts';
import type { Draft } from './posting.ts';

const LEGS_MAX = 100;

/** The draft of a journal to post. Throws the refusal of a journal that is not well formed. */
export function draftOf(journal: NewJournal, fingerprint: Buffer, call: Call): Draft {
  const kind = kindFrom(journal.kind);
  if (!mayPost(kind, call.caller)) throw refuse('JOURNAL_KIND_NOT_ALLOWED');
  const { captures } = journal;
  return {
    id: journal.journalId,
    fingerprint,
    owner: call.caller,
    actor: journal.actor,
    metadata: journal.metadata,
    after: journal.afterJournalId,
    corrects: journal.correctsJournalId,
    content: captures
      ? { captures: capturesOf(journal, captures, kind) }
      : { journal: { id: journal.journalId, kind, legs: legsOf(journal), ...datesOf(journal, kind) } },
  };
}

function legsOf({ legs: messages }: NewJournal): LegDraft[] {
  if (messages.length < 2) throw invalid([{ field: 'legs', description: 'A journal has two legs or more.' }]);
  if (messages.length > LEGS_MAX) throw refuse('TOO_MANY_LEGS');
  const legs = messages.map((leg) => (leg.balancing ? balancingLeg(leg, leg.balancing) : plainLeg(leg)));
  if (!arePairs(legs)) throw refuse('BALANCING_LEGS_INVALID');
  if (!isBalanced(legs)) throw refuse('JOURNAL_UNBALANCED');
  return legs;
}

function capturesOf(journal: NewJournal, { holdId, amount, final, balanceLimit }: HoldCapture, kind: Kind): Captures {
  const { legs, endOfDay, bookingDate, correctsJournalId } = journal;
  const wrong = Object.entries({
    legs: legs.length > 0,
    kind: kind === 'migration',
    end_of_day: endOfDay,
    booking_date: bookingDate !== '',
    corrects_journal_id: correctsJournalId !== '',
  }).flatMap(([field, isWrong]) => (isWrong ? [{ field, description: 'A capture has none of its own.' }] : []));
  if (wrong.length > 0) throw invalid(wrong);
  const valueDate = readDay('value_date', journal.valueDate);
  const limit = balanceLimit && fromMoney(balanceLimit);
  return { holdId, amount: amount && fromPositiveMoney(amount), limit, final, kind, valueDate };
}

function plainLeg({ ledgerAccountId: accountId, side, amount, balanceLimit }: Leg): LegDraft {
  const { currency, minor } = fromPositiveMoney(amount ?? { currencyCode: '', amount: '' });
  const leg = { accountId, currency, amount: side === Side.DEBIT ? minor : -minor, reversedLeg: null };
  if (!balanceLimit) return leg;
  const limit = fromMoney(balanceLimit);
  if (limit.currency !== currency) throw refuse('CURRENCY_MISMATCH', { account_currency: currency });
  return { ...leg, limit: limit.minor };
}

function balancingLeg({ ledgerAccountId: accountId, side, amount, balanceLimit }: Leg, balancing: Balancing): LegDraft {
  if (amount || balanceLimit) throw refuse('BALANCING_LEGS_INVALID');
  const { currency, minor: atMost } = fromPositiveMoney(balancing.atMost ?? { currencyCode: '', amount: '' });
  const target = balancing.target ? fromMoney(balancing.target) : undefined;
  if (target && target.currency !== currency) throw refuse('CURRENCY_MISMATCH', { account_currency: currency });
  const bounds = { atMost, target: target?.minor ?? null };
  return { accountId, currency, amount: side === Side.DEBIT ? 1n : -1n, reversedLeg: null, balancing: bounds };
}

/** The draft of a reversal. */
export function reversalDraftOf(request: ReverseJournalRequest, call: Call, key: Buffer): Draft {
  const parts = request.legs.map(({ legNumber, amount }) => {
    const { currency, minor } = fromPositiveMoney(amount ?? { currencyCode: '', amount: '' });
    return { leg: legNumber, currency, amount: minor };
  });
  const content = { ...request, validateOnly: false };
  return {
    id: request.requestId,
    fingerprint: hashOf(key, toBinary(ReverseJournalRequestSchema, content), call),
    owner: call.caller,
    actor: request.actor,
    metadata: {},
    after: '',
    content: {
      reverses: {
        journalId: request.journalId,
        parts,
        valueDate: readDay('value_date', request.valueDate),
      },
    },
  };
}

function datesOf(journal: NewJournal, kind: string): Pick<JournalDraft, 'valueDate' | 'bookingDate' | 'endOfDay'> {
  const valueDate = readDay('value_date', journal.valueDate);
  const { endOfDay } = journal;
  if (kind !== 'migration') {
    if (journal.bookingDate !== '') throw refuse('DATE_INVALID', { field: 'booking_date' });
    return { valueDate, bookingDate: undefined, endOfDay };
  }
  if (endOfDay) throw refuse('DATE_INVALID', { field: 'end_of_day' });
  return { valueDate, bookingDate: requireDay('booking_date', journal.bookingDate), endOfDay };
}

/**
 * Keyed hashes of journals' contents; their metadata in the order of their names, as maps have none of their own. What a
 * journal comes after is no content: a repeat may know less of it.
 */
export function fingerprintsOf(journals: readonly NewJournal[], call: Call, key: Buffer): Buffer[] {
  const contents = toBinaries(
    NewJournalSchema,
    journals.map((journal) => {
      return { ...journal, metadata: inOrderOfNames(journal.metadata), afterJournalId: '' };
    }),
  );
  return journals.map((_, index) => hashOf(key, contents.of(index), call));
}

/** Metadata in the order of their names. */
export function inOrderOfNames(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A keyed hash of the content of what a caller asks. */
export function hashOf(key: Buffer, bytes: Uint8Array, call: Call): Buffer {
  return createHmac('sha256', key).update(call.caller).update('\0').update(bytes).digest().subarray(0, 16);
}
