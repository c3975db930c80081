// Clients of a service under test: as any workload, and as any customer, member of staff or partner behind the edge.
import type { DescService } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { type Actor, ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { type Client, clientOver, connect, openChannel } from '../call.ts';
import type { Origin } from '../call-context.ts';
import { Refusal } from '../errors.ts';
import type { Identity } from '../identity.ts';
import { INTERNAL_LIFETIME_SECONDS, type Issuer } from '../issuer.ts';
import { ORIGIN_KEY } from '../origin.ts';

/** A service that can be called: where it is, and who signs the tokens that it takes. */
export interface Callable<S extends DescService> {
  readonly service: S;
  /** The name of the service in tokens: `ledger`. */
  readonly audience: Workload;
  readonly address: string;
  readonly issuer: Pick<Issuer, 'internalToken'>;
  /** What a workload proves its name with. */
  readonly identity: (workload: Workload) => Identity;
}

/** Whence test principals call, unless they say otherwise. */
export const TEST_ORIGIN: Origin = { sessionId: 'ses_test', address: '192.0.2.1', userAgent: 'mocha' };

const CALL_MS = 10_000;

/** A client that calls as a workload, on nobody's behalf. */
export function asWorkload<S extends DescService>(callable: Callable<S>, workload: Workload): Client<S> {
  const { service, address, audience, identity } = callable;
  return connect(service, address, identity(workload).channel(audience));
}

/** A client that calls as the edge does for a principal; for an anonymous PUBLIC caller without one. */
export function asPrincipal<S extends DescService>(
  callable: Callable<S>,
  actor: Actor | undefined,
  options: { origin?: Origin; workload?: Workload; deadlineMs?: number } = {},
): Client<S> {
  const { service, address, issuer, audience, identity } = callable;
  const { origin = TEST_ORIGIN, workload = 'edge', deadlineMs = CALL_MS } = options;
  const channel = openChannel(service, address, identity(workload).channel(audience));
  const token = actor && reused(() => issuer.internalToken(workload, audience, actor));
  return clientOver(service, channel, {
    async metadata() {
      const metadata = new grpc.Metadata();
      if (token) metadata.set('authorization', `Bearer ${await token()}`);
      metadata.set(ORIGIN_KEY, Buffer.from(JSON.stringify(origin)));
      return metadata;
    },
    deadline: () => Date.now() + deadlineMs,
  });
}

/** A customer at a channel. */
export function customer(partyId: string): Actor {
  return create(ActorSchema, { audience: Audience.CHANNEL, partyId, sessionId: 'ses_test' });
}

/** A member of staff of head office with these roles, e.g. `staff('TELLER')`: no branch bounds what they see. */
export function staff(...roles: (keyof typeof StaffRole)[]): Actor {
  const partyId = `stf_${roles.join('_').toLowerCase()}`;
  return create(ActorSchema, {
    audience: Audience.STAFF,
    partyId,
    sessionId: 'ses_test',
    roles: roles.map((role) => StaffRole[role]),
  });
}

/** A member of staff of a branch, e.g. `staffAt('brn_praha', 'TELLER')`. */
export function staffAt(branchId: string, ...roles: (keyof typeof StaffRole)[]): Actor {
  const somebody = staff(...roles);
  return { ...somebody, partyId: `${somebody.partyId}_at_${branchId}`, branchId };
}

/** An integration partner. */
export function partner(partyId: string): Actor {
  return create(ActorSchema, { audience: Audience.PARTNER, partyId, sessionId: 'ses_test' });
}

/** Waits for a call to be refused for `reason`, and answers the refusal. */
export async function refused(call: Promise<unknown>, reason: string): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.reason === reason) return error;
    throw new Error(`refused for ${error.reason} (${error.message}), not for ${reason}`, { cause: error });
  }
  const shown = JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  throw new Error(`not refused for ${reason}, but answered: ${shown}`);
}

/** A token that is made anew when half of its life is over. */
function reused(make: () => Promise<string>): () => Promise<string> {
  let made: { readonly at: number; readonly token: Promise<string> } | undefined;
  return () => {
    if (!made || Date.now() - made.at > INTERNAL_LIFETIME_SECONDS * 500) made = { at: Date.now(), token: make() };
    return made.token;
  };
}
