// Before somebody whom the bank knows is told that access is refused, it is recorded: no refusal is without its record.
// Those of the same moment travel together, and who is let in waits for none of it.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import type { Origin } from '#chassis/call-context.ts';
import { coalesce } from '#chassis/coalesce.ts';
import { Code, type Refusal, refuseCall } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { newId } from '#chassis/id.ts';
import type { Logger } from '#chassis/log.ts';
import { AccessRefusalSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { once } from './once.ts';

/** Who was refused what, and whence they called. */
export interface Refused {
  readonly rpc: string;
  /** The one whose token it was; of an unknown caller, nothing is recorded. */
  readonly principal: Actor | undefined;
  readonly origin: Pick<Origin, 'address' | 'userAgent'>;
}

/**
 * Answers what the caller may be told: the refusal, once it is recorded where it has to be; SERVICE_UNAVAILABLE when it
 * cannot be.
 */
export type Recorded = (refused: Refused, refusal: Refusal) => Promise<Refusal>;

const RPC_MAX = 200;
const SENT_AT_ONCE = { maxItems: 100, inFlight: 4 };
const ACCESS: readonly number[] = [Code.PERMISSION_DENIED, Code.UNAUTHENTICATED];

/** Makes what records refusals at security. */
export function recordedAt(security: Pick<Client<typeof SecurityService>, 'recordRefusals'>, log: Logger): Recorded {
  const send = coalesce(async (refusals: MessageInitShape<typeof AccessRefusalSchema>[]) => {
    const { outcomes } = await once(() => security.recordRefusals({ refusals }));
    return outcomes;
  }, SENT_AT_ONCE);

  return async ({ rpc, principal, origin }, refusal) => {
    if (!principal || !ACCESS.includes(refusal.code)) return refusal;
    const { code, reason } = refusal;
    const { address, userAgent } = origin;
    const refused = { refusalId: newId('rfs'), actor: principal, rpc: rpc.slice(0, RPC_MAX), code, reason };
    try {
      const outcome = await send(create(AccessRefusalSchema, { ...refused, address, userAgent }));
      if (outcome.refusal) throw readRefusal(outcome.refusal);
      return refusal;
    } catch (error) {
      log.warn({ err: error, rpc, reason }, 'a refusal could not be recorded');
      return refuseCall('SERVICE_UNAVAILABLE');
    }
  };
}
