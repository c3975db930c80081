// What the tests of step-ups share: payments that have to be proved, and proofs.
import { customer, refused, type ServiceUnderTest } from '#chassis/testing/service.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { asCustomer, unique } from './testing.ts';

type Security = ServiceUnderTest<typeof SecurityService>;

/** A payment, as the transaction service asks for it. */
export interface Payment {
  readonly requestId: string;
  readonly validateOnly: boolean;
  readonly actor: Actor;
  readonly rpc: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  readonly amount: { readonly currencyCode: string; readonly amount: string };
}

/** A payment of a customer that has to be proved. */
export function aPayment(customerId: string, changes: Partial<Payment> = {}): Payment {
  return {
    requestId: unique('payment'),
    validateOnly: false,
    actor: customer(customerId),
    rpc: 'bank.transaction.v1.TransactionService/TransferFunds',
    debtorAccountId: unique('acc_debtor'),
    creditorAccountId: 'acc_petr',
    amount: { currencyCode: 'CZK', amount: '600000' },
    ...changes,
  };
}

/** Asks whether a payment may go on. */
export const mayPay = (bank: Security, payment: Payment) => bank.as('transaction').requireStepUp(payment);

/** The challenge of a payment that is not proved yet. */
export async function challengeOf(bank: Security, payment: Payment): Promise<string> {
  const { metadata } = await refused(mayPay(bank, payment), 'STEP_UP_REQUIRED');
  return metadata['step_up_id'] ?? '';
}

/** Proves with a code of the app. */
export function proveByCode(bank: Security, customerId: string, stepUpId: string, value: string) {
  const proof = { case: 'totpCode' as const, value };
  return asCustomer(bank, customerId).completeStepUp({ requestId: unique('proof'), stepUpId, proof });
}

/** Proves with what a passkey signed. */
export function proveBySignature(bank: Security, customerId: string, stepUpId: string, value: string) {
  const proof = { case: 'passkeyResponseJson' as const, value };
  return asCustomer(bank, customerId).completeStepUp({ requestId: unique('proof'), stepUpId, proof });
}

/** What a passkey of the customer is to sign. */
export async function optionsOf(bank: Security, customerId: string, stepUpId: string): Promise<string> {
  return (await asCustomer(bank, customerId).getStepUp({ stepUpId })).passkeyOptionsJson;
}

/** Lets six minutes pass, as far as a challenge can tell. */
export async function letExpire({ database }: Pick<Security, 'database'>, stepUpId: string): Promise<void> {
  await database.query(`update step_up set expire_time = expire_time - interval '6 minutes' where id = $1`, [stepUpId]);
}
