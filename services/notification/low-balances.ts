// What the ledger says of accounts that have become low, and of which low balances customers want to be told.
import { fromBinary } from '@bufbuild/protobuf';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { JournalsPostedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { type Entry, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LowBalance } from '#gen/bank/notification/v1/notification_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Context } from './context.ts';
import { crossed, type Fall } from './domain/low-balance.ts';
import { refuse } from './domain/refusals.ts';
import { type Telling, tellOne } from './domain/telling.ts';
import { selectAnyThreshold, selectWatched, type ThresholdRow } from './low-balance-tables.ts';

/** What of the ledger's events is to be told. Nothing is read of them while nobody wants to be told. */
export async function lowBalancesIn(
  { database }: Pick<Context, 'database'>,
  envelopes: readonly EventEnvelope[],
): Promise<ReadonlyMap<string, readonly Telling[]>> {
  const [any] = await database.query(selectAnyThreshold());
  if (!any) return new Map();
  const falls = new Map(envelopes.map(({ eventId, payload }) => [eventId, fallsIn(payload)]));
  const accountIds = new Set([...falls.values()].flat().map(({ accountId }) => accountId));
  if (accountIds.size === 0) return new Map();
  const rows = await database.query(selectWatched([...accountIds]));
  const watched = Map.groupBy(
    rows.map((row) => ({ ...row, below: BigInt(row.below) })),
    ({ accountId }) => accountId,
  );
  return new Map([...falls].map(([eventId, some]) => [eventId, some.flatMap((fall) => toldOf(fall))]));

  function toldOf(fall: Fall): Telling[] {
    const { accountId, currency } = fall;
    const amount = moneyOf(currency, fall.balanceAfter);
    return crossed(fall, watched.get(accountId) ?? []).flatMap(({ partyId, below }) =>
      tellOne(partyId, 'low-balance', { accountId, amount, below: moneyOf(currency, below) }),
    );
  }
}

function moneyOf(currency: string, minor: bigint) {
  const { currencyCode, amount } = toMoney({ currency, minor });
  return { currencyCode, amount };
}

/** What bookings took from accounts. Nobody is told of history that another bank brought. */
function fallsIn(payload: Uint8Array): Fall[] {
  const { journals } = fromBinary(JournalsPostedSchema, payload);
  return journals.flatMap(({ journal }) =>
    (journal?.entries ?? [])
      .filter(({ side, kind }) => side === Side.DEBIT && kind !== JournalKind.MIGRATION)
      .flatMap((entry) => fallOf(entry)),
  );
}

function fallOf({ ledgerAccountId, amount, balanceAfter }: Entry): Fall[] {
  if (!amount || !balanceAfter) return [];
  const { currency, minor } = fromMoney(amount);
  return [
    {
      accountId: deriveId('acc', ledgerAccountId),
      currency,
      amount: minor,
      balanceAfter: fromMoney(balanceAfter).minor,
    },
  ];
}

/**
 * What a customer asks to be told of, as it is kept; of several of one account and currency the last. Refuses ACCOUNT_NOT_FOUND for
 * accounts that they do not hold.
 */
export async function thresholdsOf(
  { holders }: Pick<Context, 'holders'>,
  partyId: string,
  asked: readonly LowBalance[],
): Promise<ThresholdRow[]> {
  const rows = asked.map(({ accountId, below }) => {
    const { currency, minor } = fromMoney(below ?? { currencyCode: '', amount: '' });
    return { partyId, accountId, currency, below: String(minor) };
  });
  const held = await holders(rows.map(({ accountId }) => accountId));
  if (rows.some(({ accountId }) => !held.get(accountId)?.includes(partyId))) throw refuse('ACCOUNT_NOT_FOUND');
  return [...new Map(rows.map((row) => [`${row.accountId} ${row.currency}`, row])).values()];
}

/** A threshold as the contract shows it. */
export function lowBalanceMessage({ accountId, currency, below }: ThresholdRow) {
  return { accountId, below: toMoney({ currency, minor: BigInt(below) }) };
}
