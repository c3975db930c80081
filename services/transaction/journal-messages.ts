// The journals that book orders: as intents keep them, and as the ledger's contract writes them.
import type { Call } from '#chassis/call-context.ts';
import type { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { LegIntent } from './domain/legs.ts';
import type { OrderRow } from './tables.ts';

/** The journal as the ledger's contract writes it, in plain JSON. */
export interface JournalIntent {
  readonly kind: JournalKind;
  readonly legs: readonly LegIntent[];
  /** The day from which it counts for interest. Absent: the one on which it is booked. */
  readonly valueDate?: string;
  /** What it captures of a hold, in place of legs. */
  readonly captures?: CaptureIntent;
}

interface CaptureIntent {
  readonly holdId: string;
  readonly amount: { readonly currencyCode: string; readonly amount: string };
  readonly final: boolean;
  /** How much may be on the payee's account afterwards. */
  readonly balanceLimit?: { readonly currencyCode: string; readonly amount: string };
}

/** The journal of an order as the ledger's contract writes it. */
export function journalMessage(
  { journalId, currency }: Pick<OrderRow, 'journalId' | 'currency'>,
  { legs, ...journal }: JournalIntent,
  call: Call,
) {
  return { journalId, ...journal, legs: legMessages(currency, legs), ...actorOfJournal(call) };
}

/** The legs of a journal as the ledger's contract writes them. */
export function legMessages(currencyCode: string, legs: readonly LegIntent[]) {
  return legs.map(({ balanceLimit, ...leg }) => ({
    ...leg,
    amount: { currencyCode, amount: leg.amount },
    ...(balanceLimit !== undefined && { balanceLimit: { currencyCode, amount: balanceLimit } }),
  }));
}

/** On whose behalf a journal is booked: the one who gave the order first, however often it is repeated. */
export function actorOfJournal({ principal }: Call): { actor?: Actor } {
  return principal ? { actor: principal } : {};
}
