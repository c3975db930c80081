// Who may enter: decided from the path and the headers alone, before any of the body is looked at.
import { checkGrants } from '#chassis/access.ts';
import type { Origin } from '#chassis/call-context.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { deadlineOf, streamDeadlineOf } from '#chassis/serve.ts';
import { WrongAudience } from '#chassis/tokens.ts';
import type { Trace } from '#chassis/trace.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context, Route } from './context.ts';
import { type Proof, Unproven } from './dpop.ts';
import type { Session } from './internal-tokens.ts';

/** A call that may enter. */
export interface Admitted {
  readonly route: Route;
  /** The caller may not call alone: somebody else has to approve it. */
  readonly fourEyes: boolean;
  /** Absent for an anonymous caller. */
  readonly session: Session | undefined;
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly trace: Trace;
}

/** What is known of a call before its body is read. */
export interface Arrival {
  /** `bank.ledger.v1.LedgerService/GetJournal`, as the caller wrote it. */
  readonly rpc: string;
  readonly authorization: string;
  /** The header `dpop`. */
  readonly dpop: string;
  readonly address: string;
  readonly userAgent: string;
  readonly deadline: number;
  readonly trace: Trace;
}

/** Of what they call with, no more is kept. */
export const USER_AGENT_MAX = 256;

/** Until when a call may last whose caller asks for `asked`; Infinity asks for nothing. */
export function deadlineFor({ routes }: Context, rpc: string, asked: number): number {
  return isStream(routes.get(rpc)) ? streamDeadlineOf(asked) : deadlineOf(asked);
}

/** True when an RPC answers with a stream. */
export function isStream(route: Route | undefined): boolean {
  return route?.method.methodKind === 'server_streaming';
}

/**
 * Admits a call, or refuses it: RPC_UNKNOWN (an RPC that is not published looks like one that does not exist),
 * TOKEN_MISSING, TOKEN_INVALID, DPOP_PROOF_REFUSED, SESSION_ENDED, CALLER_NOT_ALLOWED, RATE_LIMITED; SERVICE_UNAVAILABLE while it is not known
 * whether the session is over, or the proof was used.
 */
export async function admit(context: Context, arrival: Arrival): Promise<Admitted> {
  const { rateLimits } = context;
  let principal: Actor | undefined;
  try {
    const { proof, callsMax, ...admitted } = await identify(context, arrival);
    principal = admitted.session?.principal;
    await (principal ? rateLimits.principal(principal, callsMax) : rateLimits.address(arrival.address));
    if (admitted.session) context.revocations.check(admitted.session);
    const { fourEyes } = checkGrants(admitted.route.rule, principal);
    // Last, since it is the one thing that is asked of somebody else.
    if (proof && principal) await context.proofs.spend(proof, principal);
    return { ...admitted, fourEyes };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.metrics.turnedAway(error.reason);
    // Whoever tries doors and keys is counted as well.
    if (UNKNOWN_CALLER.has(error.reason)) await rateLimits.address(arrival.address);
    const isOfSomebody = error instanceof WrongAudience || error instanceof Unproven;
    const known = principal ?? (isOfSomebody ? error.principal : undefined);
    throw await context.recorded({ rpc: arrival.rpc, principal: known, origin: originOf(arrival, known) }, error);
  }
}

const UNKNOWN_CALLER: ReadonlySet<string> = new Set([
  'RPC_UNKNOWN',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'DPOP_PROOF_REFUSED',
]);

/** Who calls what. */
type Identified = Omit<Admitted, 'fourEyes'> & {
  /** To be spent, where the token needs one. */
  readonly proof: Proof | undefined;
  readonly callsMax: number | undefined;
};

/** Finds out what is called and for whom. */
async function identify({ routes, verify, proofs }: Context, arrival: Arrival): Promise<Identified> {
  const { authorization, deadline, trace } = arrival;
  const route = routes.get(arrival.rpc);
  if (!route) throw refuseCall('RPC_UNKNOWN');
  const isPublic = route.rule.grants.some(({ audience }) => audience === 'PUBLIC');
  const verified = isPublic && authorization === '' ? undefined : await verify(authorization);
  // The token of a workload opens no door here.
  if (verified && verified.workload !== undefined) throw refuseCall('TOKEN_INVALID');
  const principal = verified?.principal;
  const proof = verified && (await proofs.check(arrival, verified));
  return {
    proof,
    callsMax: verified?.bound?.callsMax,
    route,
    session: verified && { authorization, principal: verified.principal, issuer: verified.issuer },
    origin: originOf(arrival, principal),
    // A stream ends with the token that it was opened with.
    deadline: isStream(route) && verified ? Math.min(deadline, verified.expires * 1_000) : deadline,
    trace,
  };
}

/** Whence somebody calls. */
function originOf({ address, userAgent }: Arrival, principal: Actor | undefined): Origin {
  return {
    sessionId: principal?.sessionId ?? '',
    address,
    userAgent: userAgent.slice(0, USER_AGENT_MAX).toWellFormed(),
  };
}
