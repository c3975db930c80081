// How an entry without a counterpart is told.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { toMoney } from '#chassis/money.ts';
import { type ReconciliationExceptionSchema, ReconciliationSide } from '#gen/bank/integration/v1/reconciliation_pb.ts';
import type { OpenRow } from './reconciliation-tables.ts';

/** The message of an exception. */
export function exceptionMessage(row: OpenRow): MessageInitShape<typeof ReconciliationExceptionSchema> {
  const { number, side, currency, day, ageDays, reference, paymentReferences, assignee, createTime } = row;
  return {
    exceptionNumber: number,
    side: side === 'ours' ? ReconciliationSide.OURS : ReconciliationSide.THEIRS,
    amount: toMoney({ currency, minor: BigInt(row.amount) }),
    bookingDate: day,
    ageDays,
    reference,
    paymentReferences,
    assignee,
    createTime: timestampFromMs(createTime),
  };
}
