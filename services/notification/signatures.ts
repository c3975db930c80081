// Who is told of what waits for signatures: those who may give them, and who asked for it.
import { type SignatureRequestState, SignatureRequestState as States } from '#gen/bank/account/v1/signature_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { type Telling, tellOne } from './domain/telling.ts';

interface Asked {
  readonly accountId: string;
  readonly transactionId: string;
  readonly amount?: Money | undefined;
  readonly rpc: string;
  readonly makerId: string;
}

/** Whoever may sign is told that it waits, but for who asked for it. */
export function tellSigners(asked: Asked & { readonly missingSignatoryIds: readonly string[] }): Telling[] {
  const signers = asked.missingSignatoryIds.filter((id) => id !== asked.makerId);
  return signers.flatMap((id) => tellOne(id, 'signature-waiting', factsOf(asked)));
}

/** Who asked is told that enough have signed. */
export function tellComplete(asked: Asked): Telling[] {
  return tellOne(asked.makerId, 'signatures-complete', factsOf(asked));
}

const OUTCOMES: Partial<Record<SignatureRequestState, string>> = {
  [States.EXPIRED]: 'expired',
  [States.CANCELLED]: 'cancelled',
};

/** Who asked is told that it ended without enough signatures; what they took back themselves they know. */
export function tellEnded({ state, ...asked }: Asked & { readonly state: SignatureRequestState }): Telling[] {
  if (state === States.WITHDRAWN) return [];
  const outcome = OUTCOMES[state] ?? 'refused';
  return tellOne(asked.makerId, 'signatures-ended', { ...factsOf(asked), outcome });
}

function factsOf({ accountId, transactionId, amount, rpc }: Asked) {
  return {
    accountId,
    ...(transactionId !== '' && { transactionId }),
    ...(amount && { amount: { currencyCode: amount.currencyCode, amount: amount.amount } }),
    ...(rpc !== '' && { request: rpc }),
  };
}
