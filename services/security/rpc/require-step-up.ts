import { invalid } from '#chassis/errors.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { payProved, requestProved } from '../step-ups.ts';

/** Lets a payment, or another request, go on that its customer has proved. It keeps no claim: what it answers changes once it is proved. */
export function requireStepUp(context: Context): Rpcs<typeof SecurityService>['requireStepUp'] {
  return async (request, call) => {
    const { actor, rpc, requestId, debtorAccountId, creditorAccountId, validateOnly } = request;
    const subject = { partyId: actor?.partyId ?? '', rpc, requestId };
    const options = { call: { ...call, principal: actor }, validateOnly };
    if (!request.amount) {
      if (request.content.length === 0) throw invalid([{ field: 'content', description: 'It is no payment either.' }]);
      await requestProved(context, { ...subject, content: Buffer.from(request.content) }, options);
      return {};
    }
    const { currency, minor } = fromPositiveMoney(request.amount);
    await payProved(context, subject, { debtorAccountId, creditorAccountId, currency, minor }, options);
    return {};
  };
}
