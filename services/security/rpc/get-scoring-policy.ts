import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { policyInForce } from '../scoring.ts';

/** Reads by what orders are judged now. */
export function getScoringPolicy({ database }: Context): Rpcs<typeof SecurityService>['getScoringPolicy'] {
  return () => policyInForce(database);
}
