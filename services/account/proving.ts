// What this service asks security for when something is signed: a proof of what it is (RTS 2018/389, article 5).
import type { Client } from '#chassis/call.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { sha256 } from '#chassis/digest.ts';
import { toMoney } from '#chassis/money.ts';
import type { StepUp } from '#chassis/step-up.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { RequestRow } from './signature-tables.ts';

/**
 * Lets a signature go on that who calls has proved: of a payment with its amount, payee and account, else with what was asked for. Throws
 * STEP_UP_REQUIRED while they have not, and the other STEP_UP_ refusals.
 */
export type Proving = (
  signed: RequestRow,
  request: { readonly requestId: string; readonly validateOnly: boolean },
  call: Call,
) => Promise<void>;

/** Makes the port to the step-ups of security. */
export function provingOf(client: Client<typeof SecurityService>): Proving {
  return async (signed, { requestId, validateOnly }, call) => {
    const { accountId: debtorAccountId, creditorAccountId, currency, amount: minor } = signed;
    const asked = [
      signed.id,
      signed.accountId,
      signed.action,
      signed.rpc,
      ...(creditorAccountId ? [creditorAccountId] : []),
    ];
    const of =
      signed.action === 'pay' && creditorAccountId !== null
        ? { debtorAccountId, creditorAccountId, amount: toMoney({ currency, minor }) }
        : { content: sha256(JSON.stringify(asked)) };
    await client.requireStepUp({ requestId, validateOnly, rpc: call.rpc, actor: actorOf(call), ...of }, call);
  };
}

/** Makes the port to the step-ups of security for what is no signature: a proof of the request that is made. */
export function stepUpOf(client: Client<typeof SecurityService>): StepUp {
  return async ({ rpc, requestId, content, validateOnly }, call) => {
    await client.requireStepUp({ requestId, validateOnly, rpc, actor: actorOf(call), content: sha256(content) }, call);
  };
}
