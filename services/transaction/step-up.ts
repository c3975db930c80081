// What this service asks security for when an order has to be proved.
import type { Client } from '#chassis/call.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { sha256 } from '#chassis/digest.ts';
import { Refusal } from '#chassis/errors.ts';
import { toMoney } from '#chassis/money.ts';
import type { StepUp } from '#chassis/step-up.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
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

/** Makes the port to the step-ups of security for what is no order: a proof of the request that is made. */
export function stepUpOf(client: Client<typeof SecurityService>): StepUp {
  return async ({ principal, rpc, requestId, content, validateOnly }, call) => {
    await client.requireStepUp({ requestId, validateOnly, rpc, actor: principal, content: sha256(content) }, call);
  };
}
