import type { Call } from '#chassis/call-context.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type PresentChequeRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { OUTSIDER } from '../accounts.ts';
import { type ChequeMovement, payingCheque, payOut, readPaper } from '../cheques.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { returnCode } from '../domain/cheques.ts';
import { transactionMessage } from '../messages.ts';
import { movementSteps } from '../movement.ts';

/** Presents a cheque that is drawn on this bank and was paid in at another. */
export function presentCheque(context: Context): Rpcs<typeof TransactionService>['presentCheque'] {
  const base = movementSteps(context, TransactionService.method.presentCheque, async (order) => ({
    transaction: await transactionMessage(context.vault, order),
  }));
  const order = context.orders.define(payingCheque(context, base, true));
  return async (request, call) => {
    try {
      return await order.run(request, call, () => prepare(context, request, call));
    } catch (error) {
      throw error instanceof Refusal && isReturned(error) ? withCode(error) : error;
    }
  };
}

async function prepare(context: Context, request: PresentChequeRequest, call: Call): Promise<ChequeMovement> {
  const paper = await readPaper(context, request);
  const ledgerAccountId = bankAccount('clearing', paper.amount.currency);
  const to = { kind: JournalKind.TRANSFER, ledgerAccountId };
  // Whoever presents it is nobody that the bank knows.
  return payOut(context, request, paper, to, { ...call, principal: call.principal ?? OUTSIDER });
}

/** Whether a refusal sends a cheque back; what only says "not like this" does not. */
function isReturned(refusal: Refusal): boolean {
  if (refusal.reason === 'CHEQUE_AWAITS_DECISION') return false;
  return isDecision(refusal) || refusal.reason === 'IBAN_INVALID';
}

function withCode(refusal: Refusal): Refusal {
  const { code, reason, domain, message, violations } = refusal;
  const metadata = { ...refusal.metadata, iso_reason: returnCode(reason) };
  return new Refusal({ code, reason, domain, message, violations, metadata });
}
