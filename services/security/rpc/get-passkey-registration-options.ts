import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { registrationOptions } from '../passkeys.ts';

type Rpc = Rpcs<typeof SecurityService>['getPasskeyRegistrationOptions'];

/** Answers what a browser is to make a passkey with. */
export function getPasskeyRegistrationOptions(context: Context): Rpc {
  return async (_request, call) => ({ optionsJson: await registrationOptions(context, callerOf(call).partyId) });
}
