import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { exportOf, shownExport } from '../exports.ts';

/** Says where an export stands. */
export function getPersonalDataExport(context: Context): Rpcs<typeof SecurityService>['getPersonalDataExport'] {
  return async ({ exportId }) => ({
    personalDataExport: shownExport(await exportOf(context, exportId), context.now()),
  });
}
