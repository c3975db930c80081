// What this service asks the ledger: to book journals and to undo them, and whether one is booked.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import type { Client, Onwards } from '#chassis/call.ts';
import { isPassingRefusal, Refusal, refuseCall } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { Outcome } from '#chassis/order.ts';
import { overStream } from '#chassis/over-stream.ts';
import { together } from '#chassis/together.ts';
import { HoldState, type Hold as LedgerHold } from '#gen/bank/ledger/v1/hold_pb.ts';
import type {
  HoldOutcome,
  JournalOutcome,
  LedgerService,
  ListHoldsResponse,
  NewHoldSchema,
  NewJournalSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { type BankAccount, bankAccountNamed } from './domain/bank-accounts.ts';
import type { ReversedLegIntent } from './domain/legs.ts';
import { fromLedger } from './domain/refusals.ts';
import type { Booking } from './domain/words.ts';

type NewJournal = MessageInitShape<typeof NewJournalSchema>;

type NewHold = MessageInitShape<typeof NewHoldSchema>;

/** What is asked of a hold, under a key of its own. */
export interface AskedOfHold {
  readonly requestId: string;
  readonly holdId: string;
  readonly actor?: Actor;
}

/** Which holds to list. */
export interface HoldFilter {
  readonly ledgerAccountId: string;
  readonly state: HoldState;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** What to undo. */
export interface AskedReversal {
  readonly requestId: string;
  readonly journalId: string;
  readonly legs: readonly ReversedLegIntent[];
  readonly actor?: Actor;
}

/** How to ask: whether only to learn what would happen, and until when. */
export interface Asking extends Onwards {
  readonly validateOnly: boolean;
}

/** The ledger, as far as orders need it. Its refusals come in the words of this service. */
export interface Ledger {
  /** Books a journal. The same id and content is booked once, for ever. */
  post(journal: NewJournal, on: Asking): Promise<Booking>;
  /**
   * Books journals in their order, in one call, each with its own outcome. None of them is booked before one that it
   * names in `afterJournalId`.
   */
  postAll(journals: NewJournal[], on: Asking): Promise<readonly Outcome<Booking>[]>;
  /** Undoes a journal, in whole or in part. */
  reverse(request: AskedReversal, on: Asking): Promise<Booking>;
  /** When a journal was booked, or undefined when it is not. */
  find(journalId: string, on: Onwards): Promise<Booking | undefined>;
  /** The ledger accounts on which a journal is booked. */
  bookedOn(journalId: string, on: Onwards): Promise<readonly string[]>;
  /** Places a hold. The same id and content is placed once, for ever. */
  placeHold(hold: NewHold, on: Asking): Promise<void>;
  /** Lets a hold expire later; answers it as it is then. */
  extendHold(request: AskedOfHold & { readonly expireTime: Timestamp }, on: Asking): Promise<LedgerHold>;
  /** Lets a hold go; answers it as it is then. */
  releaseHold(request: AskedOfHold, on: Asking): Promise<LedgerHold>;
  /** A hold as it stands, or undefined when there is none. */
  hold(holdId: string, on: Onwards): Promise<LedgerHold | undefined>;
  /** The holds of a ledger account, page by page. */
  holds(filter: HoldFilter, on: Onwards): Promise<ListHoldsResponse>;
  /** What is booked on a ledger account less what is held of it, in minor units: without what may be overdrawn. */
  unheld(ledgerAccountId: string, on: Onwards): Promise<bigint>;
  /** What is available on a ledger account, in minor units, with what may be overdrawn. */
  available(ledgerAccountId: string, on: Onwards): Promise<bigint>;
}

const LIMITS = { maxItems: 1_000, inFlight: 2 };

/** Makes the port to the ledger. */
export function ledgerOf(client: Client<typeof LedgerService>): Ledger {
  const send = together(streamer(client), LIMITS);
  const rehearse = together(
    async (journals: NewJournal[], on) => (await client.postJournals({ journals, validateOnly: true }, on)).outcomes,
    LIMITS,
  );
  const own = ownAccounts(client);
  async function post(journal: NewJournal, { validateOnly, ...on }: Asking): Promise<Booking> {
    const missing = own.missing(accountsOf(journal));
    if (missing.length === 0) return orRefused(await (validateOnly ? rehearse : send)(journal, on));
    const rehearsal = { journals: [journal], validateOnly: true, assumedLedgerAccounts: [...missing] };
    const [rehearsed] = (await client.postJournals(rehearsal, on)).outcomes;
    const would = orRefused(rehearsed);
    if (validateOnly) return would;
    await own.open(missing, on);
    return orRefused(await send(journal, on));
  }
  return {
    post,
    async postAll(journals, { validateOnly, ...on }) {
      if (journals.length === 0) return [];
      const missing = own.missing(journals.flatMap((journal) => accountsOf(journal)));
      if (!validateOnly) await own.open(missing, on);
      const assumedLedgerAccounts = validateOnly ? [...missing] : [];
      const { outcomes } = await client.postJournals({ journals, validateOnly, assumedLedgerAccounts }, on);
      return outcomes.map((outcome) => outcomeOf(outcome));
    },
    async reverse(request, { validateOnly, ...on }) {
      try {
        const { journal } = await client.reverseJournal({ ...request, legs: [...request.legs], validateOnly }, on);
        return journal ? bookingOf(journal) : await wouldBook(client, on);
      } catch (error) {
        throw decisionOf(error);
      }
    },
    async find(journalId, on) {
      try {
        const { journal } = await client.getJournal({ journalId }, on);
        return journal && bookingOf(journal);
      } catch (error) {
        if (error instanceof Refusal && error.reason === 'JOURNAL_NOT_FOUND') return undefined;
        throw error;
      }
    },
    bookedOn: async (journalId, on) =>
      ((await client.getJournal({ journalId }, on)).journal?.entries ?? []).map((entry) => entry.ledgerAccountId),
    async unheld(ledgerAccountId, on) {
      const [balance] = (await client.getBalances({ ledgerAccountIds: [ledgerAccountId] }, on)).balances;
      const minor = (money: Money | undefined) => (money ? fromMoney(money).minor : 0n);
      return minor(balance?.booked) - minor(balance?.held);
    },
    async available(ledgerAccountId, on) {
      const [balance] = (await client.getBalances({ ledgerAccountIds: [ledgerAccountId] }, on)).balances;
      return balance?.available ? fromMoney(balance.available).minor : 0n;
    },
    ...holdsOf(client, own),
  };
}

type OfHolds = Pick<Ledger, 'placeHold' | 'extendHold' | 'releaseHold' | 'hold' | 'holds'>;

function holdsOf(client: Client<typeof LedgerService>, own: ReturnType<typeof ownAccounts>): OfHolds {
  const placer = (validateOnly: boolean) =>
    together(async (holds: NewHold[], on) => (await client.placeHolds({ holds, validateOnly }, on)).outcomes, LIMITS);
  const [place, rehearse] = [placer(false), placer(true)];
  async function hold(holdId: string, on: Onwards): Promise<LedgerHold | undefined> {
    try {
      return (await client.getHold({ holdId }, on)).hold;
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'HOLD_NOT_FOUND') return undefined;
      throw error;
    }
  }
  /** What was only rehearsed leaves nothing to answer: the hold as it is, with what would have changed. */
  async function answered(
    asking: Promise<LedgerHold | undefined>,
    holdId: string,
    would: (now: LedgerHold) => Partial<LedgerHold>,
    on: Onwards,
  ) {
    const left = await asking.catch((error: unknown) => {
      throw decisionOf(error);
    });
    const now = left ?? (await hold(holdId, on));
    if (!now) throw new Error('a hold that was asked for is gone');
    return left ?? { ...now, ...would(now) };
  }
  return {
    hold,
    async holds(filter, on) {
      try {
        return await client.listHolds(filter, on);
      } catch (error) {
        throw decisionOf(error);
      }
    },
    async placeHold(asked, { validateOnly, ...on }) {
      const missing = own.missing([asked.debitLedgerAccountId ?? '', asked.creditLedgerAccountId ?? '']);
      if (missing.length > 0) {
        const rehearsal = { holds: [asked], validateOnly: true, assumedLedgerAccounts: [...missing] };
        checkPlaced((await client.placeHolds(rehearsal, on)).outcomes[0]);
        if (validateOnly) return;
        await own.open(missing, on);
      }
      checkPlaced(await (validateOnly ? rehearse : place)(asked, on));
    },
    extendHold({ expireTime, ...asked }, { validateOnly, ...on }) {
      const asking = client.extendHold({ ...asked, expireTime, validateOnly }, on).then((answer) => answer.hold);
      return answered(asking, asked.holdId, () => ({ expireTime }), on);
    },
    releaseHold(asked, { validateOnly, ...on }) {
      const asking = client.releaseHold({ ...asked, validateOnly }, on).then((answer) => answer.hold);
      const would = ({ held }: LedgerHold) => ({ state: HoldState.RELEASED, ...(held && { held: nothing(held) }) });
      return answered(asking, asked.holdId, would, on);
    },
  };
}

function checkPlaced(outcome: HoldOutcome | undefined): void {
  if (outcome?.result.case === 'refusal') throw decisionOf(readRefusal(outcome.result.value));
  if (outcome?.result.case === undefined) throw new Error('a hold was neither placed nor refused');
}

/** Nothing of a currency. */
const nothing = ({ currencyCode }: Money): Money => toMoney({ currency: currencyCode, minor: 0n });

/** Posts over one stream: what many orders ask at once goes as one message. */
function streamer(client: Client<typeof LedgerService>) {
  const ask = overStream(() => client.postJournalStream());
  return async (journals: NewJournal[], on: Onwards): Promise<readonly JournalOutcome[]> => {
    const { result } = await ask({ journals }, on);
    if (result.case === 'outcomes') return result.value.outcomes;
    throw result.case === 'refusal'
      ? readRefusal(result.value)
      : new Error('a message was neither answered nor refused');
  };
}

/** The accounts that a journal names. One that captures a hold names none: the hold has them. */
const accountsOf = ({ legs = [] }: NewJournal): string[] =>
  legs.flatMap(({ ledgerAccountId }) => ledgerAccountId ?? []);

/** When a journal was booked. Throws its refusal. */
function orRefused(answered: JournalOutcome | undefined): Booking {
  const outcome = outcomeOf(answered);
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.value;
}

/** What became of a journal; a refusal of its own in our words. Throws where it is not known what will become of it. */
function outcomeOf(answered: JournalOutcome | undefined): Outcome<Booking> {
  const result = answered?.result;
  if (result?.case === undefined) throw new Error('a journal was neither posted nor refused');
  if (result.case === 'posted') return { value: bookingOf(result.value) };
  const refusal = decisionOf(readRefusal(result.value));
  if (refusal instanceof Refusal && !isPassingRefusal(refusal)) return { refusal };
  throw refusal;
}

/**
 * Accounts of the bank's own, each opened at its first use in the life of this process, and for nothing that is then refused: what
 * would be the first on one is rehearsed before, as if it were open.
 */
function ownAccounts(client: Client<typeof LedgerService>) {
  const opened = new Set<string>();
  const opening = new Map<string, Promise<void>>();
  function begin({ ledgerAccountId, ...terms }: BankAccount, on: Onwards): Promise<void> {
    const begun = client
      .openLedgerAccount({ requestId: ledgerAccountId, ledgerAccountId, ...terms }, on)
      .then(() => void opened.add(ledgerAccountId))
      .finally(() => opening.delete(ledgerAccountId));
    opening.set(ledgerAccountId, begun);
    return begun;
  }
  return {
    /** Those among some accounts that are the bank's own and not known to be open. */
    missing(ledgerAccountIds: readonly string[]): readonly BankAccount[] {
      const ids = ledgerAccountIds.filter((id) => !opened.has(id));
      return [...new Set(ids)].flatMap((id) => bankAccountNamed(id) ?? []);
    },
    /** Opens them: once, however many come first at the same time. One that failed is tried again. */
    async open(accounts: readonly BankAccount[], on: Onwards): Promise<void> {
      await Promise.all(accounts.map((account) => opening.get(account.ledgerAccountId) ?? begin(account, on)));
    },
  };
}

function bookingOf(journal: { bookingDate: string; valueDate: string; knownTime?: Timestamp | undefined }): Booking {
  const { bookingDate, valueDate, knownTime } = journal;
  if (!knownTime) throw new Error('a journal was booked at no time');
  return { bookingDate, valueDate, knownTime: timestampMs(knownTime) };
}

/** When a reversal that was only rehearsed would be booked. */
async function wouldBook(client: Client<typeof LedgerService>, on: Onwards): Promise<Booking> {
  const { openDate } = await client.getBusinessDate({}, on);
  return { bookingDate: openDate, valueDate: openDate, knownTime: Date.now() };
}

/** The ledger's own decisions in our words; that it cannot be reached, or does not let us in, is none. */
function decisionOf(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  if (error.reason === 'JOURNAL_OUT_OF_ORDER') return refuseCall('OUTCOME_PENDING');
  // Only the journals of history are named by a caller: by the reference that was brought.
  if (error.reason === 'JOURNAL_EXISTS') return refuseCall('REQUEST_EXISTS');
  if (error.domain === 'ledger') return fromLedger(error);
  return error.reason === 'CALLER_NOT_ALLOWED' ? refuseCall('SERVICE_UNAVAILABLE') : error;
}
