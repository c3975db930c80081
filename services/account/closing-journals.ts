// The journals of the end of an account. Their ids follow from the planned change, so that whoever posts them posts them once.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { actorOf } from '#chassis/call-context.ts';
import type { Refusal } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, MINOR_MAX, toMoney } from '#chassis/money.ts';
import type { CallOptions } from '#chassis/order.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ownAccount } from './booking-interest.ts';
import type { Ending } from './closing.ts';
import type { Context } from './context.ts';

/** A journal as it is posted. */
export type Journal = NonNullable<MessageInitShape<typeof PostJournalsRequestSchema>['journals']>[number];

/** Posts a journal on somebody's behalf. Answers what its balancing legs came to, or why it was refused. */
export async function post(
  { ledger }: Context,
  journal: Journal,
  { deadline, call }: CallOptions,
): Promise<{ swept: bigint; refusal: Refusal | undefined }> {
  const { outcomes } = await ledger.postJournals(
    { journals: [{ ...journal, ...(call.principal && { actor: actorOf(call) }) }] },
    { deadline, trace: call.trace },
  );
  const result = outcomes[0]?.result;
  if (result?.case === 'refusal') return { swept: 0n, refusal: readRefusal(result.value) };
  if (result?.case !== 'posted') throw new Error('a journal was answered without an outcome');
  const [amount] = result.value.balancingAmounts;
  return { swept: amount ? fromMoney(amount).minor : 0n, refusal: undefined };
}

/** An id without its prefix: unique in a journal's id. */
export const tail = (id: string) => id.slice(id.indexOf('_') + 1);

/** An amount in minor units, as the database keeps it. */
export function unit(currency: string, minor: string): string {
  return toMoney({ currency, minor: BigInt(minor) }).amount;
}

/** The id of the journal of what an account is paid at its end. */
export function interestJournalId({ accountId, changeNo }: Pick<Ending, 'accountId' | 'changeNo'>): string {
  return `jnl_lastinterest_${tail(accountId)}_${changeNo}`;
}

/** The interest that an account is paid at its end, less what it is charged for its overdrafts. */
export function interestJournal({ accountId, changeNo, currency, terms: { interest } }: Ending): Journal {
  const [gross, tax] = [BigInt(interest?.gross ?? '0'), BigInt(interest?.tax ?? '0')];
  const penalty = BigInt(interest?.penalty ?? '0');
  const charge = BigInt(interest?.charge ?? '0');
  const net = gross - penalty - tax - charge;
  const leg = (ledgerAccountId: string, side: Side, minor: bigint) =>
    minor === 0n ? [] : [{ ledgerAccountId, side, amount: toMoney({ currency, minor }) }];
  return {
    journalId: interestJournalId({ accountId, changeNo }),
    kind: JournalKind.INTEREST,
    legs: [
      ...leg(ownAccount('accrued_interest', currency), Side.DEBIT, gross),
      ...leg(deriveId('lac', accountId), net < 0n ? Side.DEBIT : Side.CREDIT, net < 0n ? -net : net),
      ...leg(ownAccount('withholding_tax', currency), Side.CREDIT, tax),
      // What is not paid after all was no expense.
      ...leg(ownAccount('interest_expense', currency), Side.CREDIT, penalty),
      ...leg(ownAccount('accrued_interest_receivable', currency), Side.CREDIT, charge),
    ],
  };
}

/** All that is on an account, to where it goes. */
export function sweepJournal({ accountId, changeNo, currency, terms }: Ending, round: number): Journal {
  const atMost = toMoney({ currency, minor: MINOR_MAX });
  const zero = toMoney({ currency, minor: 0n });
  return {
    journalId: `jnl_sweep_${tail(accountId)}_${changeNo}_${round}`,
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: deriveId('lac', accountId), side: Side.DEBIT, balancing: { atMost, target: zero } },
      { ledgerAccountId: terms.sweepLedgerAccountId, side: Side.CREDIT, balancing: { atMost } },
    ],
  };
}
