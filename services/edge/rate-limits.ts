// How often somebody may call, counted by this process of the edge alone: whoever is known by who they are, everybody else
// by their address. What all processes of the edge may take together is a matter of how many of them there are.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '#chassis/config.ts';
import { type Refusal, refuseCall } from '#chassis/errors.ts';
import { networkOf } from '#chassis/network.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** The time within which calls are counted. A new count begins with the first call after it. */
export const WINDOW_SECONDS = 10;

/** Counts calls. Each refuses RATE_LIMITED, and says after how many seconds to come again. */
export interface RateLimits {
  /** A call for somebody: all of their sessions together. A partner may have a limit of its own, below that of all. */
  principal(actor: Actor, callsMax?: number): Promise<void>;
  /** A call for nobody, or one that was refused because it is not known for whom. */
  address(address: string): Promise<void>;
}

/** The limits of one edge. */
export function rateLimits(config: Config): RateLimits {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
  const addresses = limiter(config.EDGE_LIMIT_ADDRESS);
  const customers = limiter(config.EDGE_LIMIT_CUSTOMER);
  const staff = limiter(config.EDGE_LIMIT_STAFF);
  const partners = limiter(config.EDGE_LIMIT_PARTNER);
  return {
    principal({ audience, partyId }, callsMax) {
      if (audience === Audience.STAFF) return count(staff, partyId);
      return count(audience === Audience.PARTNER ? partners : customers, partyId, callsMax);
    },
    address: (address) => count(addresses, networkOf(address)),
  };
}

async function count(limiter: RateLimiterMemory, key: string, most = Number.POSITIVE_INFINITY): Promise<void> {
  const counted = await limiter.consume(key).catch((error: unknown) => {
    if (error instanceof RateLimiterRes) throw tooMany(error);
    throw error;
  });
  if (counted.consumedPoints > most) throw tooMany(counted);
}

function tooMany({ msBeforeNext }: RateLimiterRes): Refusal {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return refuseCall('RATE_LIMITED', { retry_after_seconds: String(seconds) });
}

/**
 * The address that a call came from, behind `hops` proxies of the bank's own. Each of them adds to x-forwarded-for whom it
 * has the call from, so that what stands further left is the caller's word.
 */
export function callerAddress(remoteAddress: string, forwardedFor: string, hops: number): string {
  const addresses = [...forwardedFor.split(',').map((one) => one.trim()), remoteAddress].filter((one) => one !== '');
  return addresses.at(-1 - hops) ?? addresses[0] ?? '';
}
