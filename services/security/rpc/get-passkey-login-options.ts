import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { loginOptions } from '../passkeys.ts';

/** Answers what a browser is to log in with. */
export function getPasskeyLoginOptions(context: Context): Rpcs<typeof SecurityService>['getPasskeyLoginOptions'] {
  return async () => ({ optionsJson: await loginOptions(context) });
}
