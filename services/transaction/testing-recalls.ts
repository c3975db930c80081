// What the tests of recalls share: a payment that came in, and is asked back.
import { setTimeout as sleep } from 'node:timers/promises';
import { aRequestId, there } from './testing.ts';
import { aReceipt, NOBODYS, type Payers } from './testing-payments.ts';

/** A request of another bank to give back what came in. */
export function aRecall(
  payment: { readonly transactionId: string; readonly suspenseItemId: string },
  isoReason = 'DUPL',
) {
  const externalReference = aRequestId();
  const where =
    payment.transactionId === ''
      ? { case: 'suspenseItemId' as const, value: payment.suspenseItemId }
      : { case: 'transactionId' as const, value: payment.transactionId };
  return { requestId: externalReference, externalReference, payment: where, isoReason };
}

/** A payment to the account, or, of nobody's number, into suspense, that is asked back. Answers the recall. */
export async function recalled({ mine, scheme }: Payers, isInSuspense = false): Promise<string> {
  const received = await scheme().receivePayment(aReceipt(isInSuspense ? NOBODYS : mine().iban));
  return there((await scheme().receiveRecall(aRecall(received))).receivedRecallId);
}

const PATIENCE_MS = 60_000;

/** Waits until it is so. */
export async function until(ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await ask()); await sleep(50)) {
    if (Date.now() > end) throw new Error('it has not come about');
  }
}
