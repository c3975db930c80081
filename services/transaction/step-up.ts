// What this service asks security for when an order has to be proved.
import type { Client } from '#chassis/call.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';
import { toMoney } from '#chassis/money.ts';
import type { StepUp } from '#chassis/step-up.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from './context.ts';
import type { LookedAt } from './scoring.ts';

/**
 * Answers true when the customer has proved an order, and false when they have nothing to prove it with. Throws STEP_UP_REQUIRED
 * while they have not proved it, and the other STEP_UP_ refusals.
 */
export type Proving = (
  order: LookedAt,
  request: { readonly requestId: string; readonly validateOnly: boolean },
  call: Call,
) => Promise<boolean>;

/** Makes what lets a request go on that its customer has proved, where the contract asks for it. */
export function stepUpOf({ security, vault }: Pick<Context, 'security' | 'vault'>): StepUp {
  return async ({ principal, rpc, requestId, content, validateOnly }, call) => {
    const hash = vault.hash('transaction.step-up', content.toString('base64'));
    await security.requireStepUp({ requestId, validateOnly, rpc, actor: principal, content: hash }, call);
  };
}

/** Makes the port to the step-ups of security. */
export function provingOf(client: Client<typeof SecurityService>): Proving {
  return async ({ amount, ...accounts }, { requestId, validateOnly }, call) => {
    const { rpc } = call;
    const order = { requestId, validateOnly, rpc, actor: actorOf(call), ...accounts, amount: toMoney(amount) };
    try {
      await client.requireStepUp(order, call);
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'STEP_UP_UNAVAILABLE') return false;
      throw error;
    }
  };
}
