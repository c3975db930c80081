import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { payProved } from '../step-ups.ts';

/** Lets an order go on that its customer has proved. It keeps no claim: what it answers changes once it is proved. */
export function requireStepUp(context: Context): Rpcs<typeof SecurityService>['requireStepUp'] {
  return async (request, call) => {
    const { actor, rpc, requestId, debtorAccountId, creditorAccountId, validateOnly } = request;
    const { currency, minor } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
    const subject = { partyId: actor?.partyId ?? '', rpc, requestId };
    const payment = { debtorAccountId, creditorAccountId, currency, minor };
    await payProved(context, subject, payment, { call: { ...call, principal: actor }, validateOnly });
    return {};
  };
}
