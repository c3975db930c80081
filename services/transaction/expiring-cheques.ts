// Cheques of other banks of which the clearing never said a word: once what was pending of them has expired, they are sent back.
import { create } from '@bufbuild/protobuf';
import { ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { selectLongInClearing } from './cheque-tables.ts';
import type { Context } from './context.ts';
import { PENDING_DAYS } from './domain/cheques.ts';
import { chequeReportSteps, prepareChequeReport } from './rpc/report-cheque-deposit.ts';

const AT_ONCE = 100;
/** That nobody has said why, in ISO's list (ExternalReturnReason1Code). */
const NOBODY_SAYS_WHY = 'MS03';

/** Makes a function that sends back the cheques of which nothing is pending any more. */
export function expireCheques(context: Context): () => Promise<void> {
  const { clock, database, ledger, log, orders } = context;
  const order = orders.define(chequeReportSteps(context));
  return async () => {
    const { openDate } = await clock.read();
    // They are cleared a day or more after they were paid in: one of them may be early, and is asked about again.
    const clearedBy = openDate.subtract({ days: PENDING_DAYS - 1 }).toString();
    for (const { id: chequeDepositId, holdId } of await database.query(selectLongInClearing(clearedBy, AT_ONCE))) {
      const call = ownCall('transaction', log);
      if ((await ledger.hold(holdId, call))?.state === HoldState.OPEN) continue;
      // The same key from whichever process comes to it; and one of the day: that the clearing was quicker is remembered under it.
      const request = create(TransactionService.method.reportChequeDeposit.input, {
        requestId: ownKey(`expired/${chequeDepositId}/${openDate.toString()}`),
        chequeDepositId,
        state: ChequeDepositState.RETURNED,
        isoReason: NOBODY_SAYS_WHY,
      });
      await order
        .run(request, call, () => prepareChequeReport(context, request, call))
        .catch((error: unknown) => {
          // The clearing has said something just now.
          if (!(error instanceof Refusal && isDecision(error))) throw error;
        });
    }
  };
}
