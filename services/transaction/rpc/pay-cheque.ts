import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type PayChequeRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type ChequeMovement, payingCheque, payOut, readPaper } from '../cheques.ts';
import type { Context } from '../context.ts';
import { transactionMessage } from '../messages.ts';
import { movementSteps } from '../movement.ts';
import { type CounterMovement, counterOf, throughTill } from '../tills.ts';

/** Pays a cheque that is drawn on this bank in cash. */
export function payCheque(context: Context): Rpcs<typeof TransactionService>['payCheque'] {
  const base = movementSteps(context, TransactionService.method.payCheque, async (order) => ({
    transaction: await transactionMessage(context.vault, order),
  }));
  const order = context.orders.define(throughTill(payingCheque(context, base)));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(
  context: Context,
  request: PayChequeRequest,
  call: Call,
): Promise<ChequeMovement & CounterMovement> {
  const paper = await readPaper(context, request);
  const { ledgerAccountId, tillId } = await counterOf(context, paper.amount.currency, call);
  const movement = await payOut(context, request, paper, { kind: JournalKind.WITHDRAWAL, ledgerAccountId }, call);
  return { ...movement, tillId, tillKind: 'cheque' };
}
