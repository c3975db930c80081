// Between the ledger's rows and the messages of its contract: inside, amounts are debit-positive; outside, an amount has
// a side, and a balance stands on the account's normal side.
import { create, fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { workloadOf } from '#chassis/call-context.ts';
import { toMoney } from '#chassis/money.ts';
import {
  type Hold as HoldMessage,
  HoldSchema,
  HoldState,
  HoldStepKind,
  type HoldStep as HoldStepMessage,
  HoldStepSchema,
  type RefusedHoldStep,
  RefusedHoldStepSchema,
} from '#gen/bank/ledger/v1/hold_pb.ts';
import type { BlockPlace, Entry, Journal, LedgerAccount } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  JournalKind,
  JournalSchema,
  LedgerAccountSchema,
  LedgerAccountState,
  Side,
} from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type RefusedJournal, RefusedJournalSchema } from '#gen/bank/ledger/v1/proof_pb.ts';
import { RefusalSchema } from '#gen/bank/type/v1/error_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Hold, HoldStep } from './domain/hold.ts';
import type { Kind } from './domain/kinds.ts';
import type { Booked } from './posting.ts';
import type { AccountTerms, RefusedRow } from './tables.ts';

type NormalSide = 'debit' | 'credit';

/** An entry as it is read from the database. Amounts and versions are decimal strings, debit-positive. */
export interface EntryRow {
  readonly accountId: string;
  readonly currency: string;
  readonly normalSide: NormalSide;
  readonly version: bigint;
  readonly journalId: string;
  readonly kind: Kind;
  readonly leg: number;
  readonly amount: bigint;
  readonly balanceAfter: bigint;
  /** Of a striped account: its stripe; 0 for all others. */
  readonly stripe: number;
  /** In a reversal: the leg that it undoes. */
  readonly reversedLeg: number | null;
  readonly bookingDate: string;
  readonly valueDate: string;
}

/** A journal as it is read from the database. */
export interface JournalRow {
  readonly id: string;
  readonly kind: Kind;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly knownTime: Date;
  readonly owner: string;
  readonly reversedId: string | null;
  readonly correctedId: string | null;
  readonly capturedId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly EntryRow[];
  /** Absent while it is booked. */
  readonly chained?: Chained;
}

/** What the chain of blocks has of a journal. */
export interface Chained {
  readonly place: Pick<BlockPlace, 'laneNumber' | 'height' | 'position'>;
  readonly fingerprint: Buffer;
}

/** The message of a journal. */
export function journalMessage(row: JournalRow): Journal {
  return create(JournalSchema, {
    journalId: row.id,
    kind: kindMessage(row.kind),
    valueDate: row.valueDate,
    bookingDate: row.bookingDate,
    knownTime: timestampFromDate(row.knownTime),
    reversedJournalId: row.reversedId ?? '',
    correctsJournalId: row.correctedId ?? '',
    capturedHoldId: row.capturedId ?? '',
    metadata: { ...row.metadata },
    entries: row.entries.map((entry) => entryMessage(entry)),
    owner: workloadOf(row.owner),
    ...row.chained,
  });
}

/** The message of a journal that is being booked. */
export function postedMessage({ draft, journal, posted, reversed }: Omit<Booked, 'no'>, knownTime: Date): Journal {
  return journalMessage({
    id: draft.id,
    kind: journal.kind,
    bookingDate: posted.bookingDate,
    valueDate: posted.valueDate,
    knownTime,
    owner: draft.owner,
    reversedId: reversed?.id ?? null,
    correctedId: draft.corrects || null,
    capturedId: 'captures' in draft.content ? draft.content.captures.holdId : null,
    metadata: draft.metadata,
    entries: posted.entries.map(({ account, version, leg, amount, balanceAfter, reversedLeg }) => ({
      accountId: account.id,
      currency: account.currency,
      normalSide: account.normalSide,
      stripe: Number(account.stripe ?? 0n),
      version,
      journalId: draft.id,
      kind: journal.kind,
      leg,
      amount,
      balanceAfter,
      reversedLeg,
      bookingDate: posted.bookingDate,
      valueDate: posted.valueDate,
    })),
  });
}

/** The message of a journal that was refused; without its place while it is being written. */
export function refusedMessage(row: Omit<RefusedRow, 'no'>, place?: Chained['place']): RefusedJournal {
  return create(RefusedJournalSchema, {
    journalId: row.id,
    kind: kindMessage(row.kind),
    knownTime: timestampFromDate(row.knownTime),
    owner: workloadOf(row.owner),
    refusal: fromBinary(RefusalSchema, row.refusal),
    fingerprint: row.fingerprint,
    ...(place && { place }),
  });
}

/** The message of an entry; with a running balance (debit-positive) where it stands in a list. */
export function entryMessage(row: EntryRow, running?: bigint): Entry {
  const { currency, normalSide } = row;
  // As `create` would make it, in a fraction of the time.
  return {
    $typeName: 'bank.ledger.v1.Entry',
    ledgerAccountId: row.accountId,
    version: row.version,
    journalId: row.journalId,
    side: row.amount > 0n ? Side.DEBIT : Side.CREDIT,
    amount: toMoney({ currency, minor: row.amount < 0n ? -row.amount : row.amount }),
    balanceAfter: balanceMessage(currency, normalSide, row.balanceAfter),
    ...(running !== undefined && { runningBalance: balanceMessage(currency, normalSide, running) }),
    bookingDate: row.bookingDate,
    valueDate: row.valueDate,
    kind: kindMessage(row.kind),
    legNumber: row.leg,
    stripeNumber: row.stripe,
    ...(row.reversedLeg !== null && { reversedLegNumber: row.reversedLeg }),
  };
}

/** A debit-positive balance, shown on the normal side. */
export function balanceMessage(currency: string, normalSide: NormalSide, balance: bigint): Money {
  return toMoney({ currency, minor: normalSide === 'debit' ? balance : -balance });
}

/** The message of a ledger account; of a striped one with what its stripes come to. */
export function accountMessage(
  row: AccountTerms,
  { balance = row.balance, version = row.version }: Pick<AccountTerms, 'balance' | 'version'> = {},
): LedgerAccount {
  const { currency } = row;
  return create(LedgerAccountSchema, {
    ledgerAccountId: row.id,
    accountId: row.accountId ?? '',
    currencyCode: currency,
    normalSide: row.normalSide === 'debit' ? Side.DEBIT : Side.CREDIT,
    generalLedgerCode: row.generalLedgerCode,
    state: {
      open: LedgerAccountState.OPEN,
      migrating: LedgerAccountState.MIGRATING,
      closed: LedgerAccountState.CLOSED,
    }[row.state],
    ...(row.floor != null && { floor: toMoney({ currency, minor: row.floor }) }),
    ...(row.ceiling != null && { ceiling: toMoney({ currency, minor: row.ceiling }) }),
    decreaseFrozen: row.decreaseFrozen ?? false,
    increaseFrozen: row.increaseFrozen ?? false,
    booked: balanceMessage(currency, row.normalSide, balance ?? 0n),
    version: version ?? 0n,
    held: toMoney({ currency, minor: row.held ?? 0n }),
    pendingIn: toMoney({ currency, minor: row.pendingIn ?? 0n }),
    createTime: timestampFromDate(row.createTime ?? new Date()),
    striped: row.striped ?? false,
  });
}

/** The message of a hold. */
export function holdMessage(hold: Hold): HoldMessage {
  const { currency } = hold;
  return create(HoldSchema, {
    holdId: hold.id,
    kind: kindMessage(hold.kind),
    debitLedgerAccountId: hold.debitId,
    creditLedgerAccountId: hold.creditId,
    amount: toMoney({ currency, minor: hold.amount }),
    captureLimit: toMoney({ currency, minor: hold.captureLimit }),
    captured: toMoney({ currency, minor: hold.captured }),
    held: toMoney({ currency, minor: hold.held }),
    state: HoldState[hold.state.toUpperCase() as keyof typeof HoldState],
    expireTime: timestampFromMs(hold.expireTime),
    version: hold.version,
    owner: workloadOf(hold.owner),
  });
}

/** A step of a hold, with the message of the hold as it left it. */
export interface StepContent {
  readonly message: HoldMessage;
  readonly kind: HoldStep['kind'];
  readonly key: string | null;
  readonly capturedAmount: bigint | null;
  readonly heldChange: bigint;
  readonly journalId: string | null;
  readonly knownTime: Date;
  readonly fingerprint: Buffer | null;
  /** Absent while it is written. */
  readonly place?: Chained['place'];
}

/** A step that was refused. */
export type RefusedStepContent = Pick<StepContent, 'kind' | 'key' | 'knownTime' | 'fingerprint' | 'place'> & {
  readonly refusal: Buffer;
};

/** The message of a step of a hold. */
export function stepMessage(step: StepContent): HoldStepMessage {
  const { message: hold, capturedAmount: captured, place } = step;
  const currency = hold.amount?.currencyCode ?? '';
  return create(HoldStepSchema, {
    hold,
    kind: stepKindMessage(step.kind),
    key: step.key ?? '',
    ...(captured !== null && { capturedAmount: toMoney({ currency, minor: captured }) }),
    heldChange: toMoney({ currency, minor: step.heldChange }),
    journalId: step.journalId ?? '',
    knownTime: timestampFromDate(step.knownTime),
    fingerprint: step.fingerprint ?? Buffer.alloc(0),
    ...(place && { place }),
  });
}

/** The message of a step that was refused. */
export function refusedStepMessage({
  kind,
  key,
  knownTime,
  fingerprint,
  refusal,
  place,
}: RefusedStepContent): RefusedHoldStep {
  return create(RefusedHoldStepSchema, {
    kind: stepKindMessage(kind),
    key: key ?? '',
    knownTime: timestampFromDate(knownTime),
    refusal: fromBinary(RefusalSchema, refusal),
    fingerprint: fingerprint ?? Buffer.alloc(0),
    ...(place && { place }),
  });
}

function stepKindMessage(kind: HoldStep['kind']): HoldStepKind {
  return HoldStepKind[kind.toUpperCase() as keyof typeof HoldStepKind];
}

/** A kind of journal as the contract writes it. */
export function kindMessage(kind: Kind): JournalKind {
  return JournalKind[kind.toUpperCase() as keyof typeof JournalKind];
}

const KINDS = new Map<JournalKind, Kind>(
  Object.entries(JournalKind).map(([name, kind]) => [kind, name.toLowerCase() as Kind]),
);

/** A kind of journal as the ledger writes it. */
export function kindFrom(kind: JournalKind): Kind {
  const known = KINDS.get(kind);
  if (!known) throw new Error(`journal kind ${kind} is unknown`);
  return known;
}
