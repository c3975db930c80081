// The policy in force, and what is counted of payments as their events come.
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { CommandTx } from '#chassis/command.ts';
import { fromMoney } from '#chassis/money.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type ScoringPolicy, ScoringPolicySchema } from '#gen/bank/security/v1/scoring_pb.ts';
import { type TransactionPosted, TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Context } from './context.ts';
import { isNight } from './domain/scoring.ts';
import { FIRST_POLICY, type Judging, judgingBy } from './domain/scoring-policy.ts';
import { countPayments, insertPayees, selectPolicy } from './scoring-tables.ts';

/** A policy and its version. */
export interface InForce {
  readonly policy: ScoringPolicy;
  readonly version: number;
}

/** The policy in force: the last that was set, or the one that the bank begins with. */
export async function policyInForce({ query }: Pick<CommandTx, 'query'>): Promise<InForce> {
  const [row] = await query(selectPolicy());
  if (!row) return { policy: FIRST_POLICY, version: 0 };
  const policy = fromJson(ScoringPolicySchema, row.policy as JsonValue);
  // Those of before logins were judged say nothing of them.
  policy.logins ??= FIRST_POLICY.logins;
  return { policy, version: row.version };
}

/** A policy as it is judged by, and its version. */
export interface JudgedBy {
  readonly version: number;
  readonly by: Judging;
}

/** The policy in force, which seldom changes: it is read anew when the version that a query tells is another. */
export function policyInMemory(database: Pick<CommandTx, 'query'>): (newest: number) => Promise<JudgedBy> {
  let read: JudgedBy | undefined;
  return async (newest) => {
    if (read?.version === newest) return read;
    const { policy, version } = await policyInForce(database);
    read = { version, by: judgingBy(policy) };
    return read;
  };
}

/** The hour of the day at a time where the bank is. */
export function localHour({ config }: Pick<Context, 'config'>, time: number): number {
  return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(config.BANK_TIME_ZONE).hour;
}

/** What the transaction service says was booked, counted. Sums know no order, and the inbox lets an event in once. */
export function countedEvents(context: Pick<Context, 'config'>): Subscription {
  return {
    producer: 'transaction',
    handlers: [on(TransactionPostedSchema, async (tx, event, envelope) => count(context, tx, event, envelope))],
  };
}

/** Transfers, whoever ordered them, are what an account usually does; cash paid out shows that it is in use. */
function count(
  context: Pick<Context, 'config'>,
  tx: Pick<CommandTx, 'write'>,
  event: TransactionPosted,
  { actor, occurTime }: EventEnvelope,
): void {
  const { type, debtorAccountId: accountId, creditorAccountId } = event;
  const isTransfer = type === TransactionType.TRANSFER || type === TransactionType.OUTGOING_TRANSFER;
  if (!isTransfer && type !== TransactionType.CASH_WITHDRAWAL) return;
  const time = occurTime ? timestampMs(occurTime) : 0;
  const transferred = isTransfer ? fromMoney(event.amount ?? { currencyCode: '', amount: '' }).minor : undefined;
  tx.write(countPayments, { accountId, transferred, time, isNight: isNight(localHour(context, time)) });
  // Whom another bank has as its customer, no event says.
  if (!isTransfer || creditorAccountId === '') return;
  tx.write(insertPayees, { payerId: accountId, accountId: creditorAccountId });
  if (actor?.audience === Audience.CHANNEL) {
    tx.write(insertPayees, { payerId: actor.partyId, accountId: creditorAccountId });
  }
}
