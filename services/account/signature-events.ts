// What the account service tells of what waits for signatures: transaction books what is signed, notification tells the signers.
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import {
  SignatureGivenSchema,
  SignaturesCompletedSchema,
  SignaturesEndedSchema,
  SignaturesRequestedSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import { mandateActions, signatureDecisions, signatureRequestStates } from './domain/words.ts';
import type { RequestRow, SignatureRow } from './signature-tables.ts';

/** Says that something waits for signatures. */
export function publishRequested(tx: CommandTx, request: RequestRow): void {
  const { missingIds, expireDate } = request;
  const event = { ...common(request), missingSignatoryIds: [...missingIds], expireDate };
  tx.publish(SignaturesRequestedSchema, event, aggregate(request));
}

/** Says what a signatory decided. */
export function publishGiven(tx: CommandTx, request: RequestRow, signature: SignatureRow): void {
  const { signatoryId, signerId, decision } = signature;
  const event = { ...common(request), signatoryId, signerId, decision: signatureDecisions.value(decision) };
  tx.publish(SignatureGivenSchema, event, aggregate(request));
}

/** Says that enough have signed. */
export function publishCompleted(tx: CommandTx, request: RequestRow): void {
  tx.publish(SignaturesCompletedSchema, common(request), aggregate(request));
}

/** Says that it ended without enough signatures. */
export function publishEnded(tx: CommandTx, request: RequestRow): void {
  const event = {
    ...common(request),
    state: signatureRequestStates.value(request.state),
    reason: request.refusalReason,
  };
  tx.publish(SignaturesEndedSchema, event, aggregate(request));
}

function common({ id, accountId, action, transactionId, currency, amount, rpc, makerId }: RequestRow) {
  return {
    signatureRequestId: id,
    accountId,
    action: mandateActions.value(action),
    transactionId: transactionId ?? '',
    ...(transactionId !== null && { amount: toMoney({ currency, minor: amount }) }),
    rpc: rpc ?? '',
    makerId,
  };
}

function aggregate({ id, version }: RequestRow) {
  return { id, sequence: version };
}
