import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { requestMessage } from '../signatures.ts';
import { readRequest } from '../signed-changes.ts';

/** Reads what waits for signatures, or did. */
export function getSignatureRequest(context: Context): Rpcs<typeof AccountService>['getSignatureRequest'] {
  return async ({ signatureRequestId }) => ({
    signatureRequest: requestMessage(await readRequest(context, signatureRequestId)),
  });
}
