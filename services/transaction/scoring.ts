// What this service asks security: whether an order of a customer looks like fraud.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { House } from '#chassis/boot.ts';
import type { Client } from '#chassis/call.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { type Amount, toMoney } from '#chassis/money.ts';
import { together } from '#chassis/together.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { OrderScore, OrderToScoreSchema } from '#gen/bank/security/v1/scoring_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { readBands, type Verdict, verdictOn, verdictUnscored } from './domain/verdict.ts';

/** An order that is to be looked at. */
export interface LookedAt {
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  readonly amount: Amount;
}

/**
 * Says what becomes of an order for what it looks like; never throws. Only what customers order themselves is scored: whom
 * staff serve, they have identified.
 */
export type Scoring = (order: LookedAt, call: Call) => Promise<Verdict>;

/** One at a time: its answer is waited for beside the account service's, and fewer calls with more in each cost less. */
const LIMITS = { maxItems: 1_000, inFlight: 1 };

/** Makes the port to the scoring of security. Throws a sentence for bands that are none. */
export function scoringOf(client: Client<typeof SecurityService>, config: House['config']): Scoring {
  const bands = readBands(config.UNSCORED_AMOUNTS);
  const score = together<MessageInitShape<typeof OrderToScoreSchema>, OrderScore>(
    async (orders, on) => (await client.scoreOrders({ orders }, on)).scores,
    LIMITS,
  );
  return async ({ amount, ...accounts }, call) => {
    if (call.principal?.audience !== Audience.CHANNEL) return { kind: 'PASS' };
    const userAgent = call.origin?.userAgent ?? '';
    const asked = { ...accounts, actor: actorOf(call), amount: toMoney(amount), userAgent };
    // Half of what is left at most, so that an order that cannot be scored is still answered in time.
    const now = Date.now();
    const deadline = now + Math.min(config.SCORING_TIMEOUT_MS, Math.max(0, call.deadline - now) / 2);
    try {
      return verdictOn(await score(asked, { deadline, trace: call.trace }));
    } catch (error) {
      call.log.warn({ err: error, rpc: call.rpc }, 'an order could not be scored');
      return verdictUnscored(amount, bands);
    }
  };
}
