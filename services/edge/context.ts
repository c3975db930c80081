// What the parts of the edge share.
import { type Client, connect, type RawCall } from '#chassis/call.ts';
import type { Config } from '#chassis/config.ts';
import { openIdentity } from '#chassis/identity.ts';
import { type DevelopmentIssuer, EDGE_AUDIENCE } from '#chassis/issuer.ts';
import type { Logger } from '#chassis/log.ts';
import type { Metrics } from '#chassis/metrics.ts';
import { OpenStreams } from '#chassis/serve-streams.ts';
import { openServices, type Target } from '#chassis/services.ts';
import { tokenVerifier, type Verified } from '#chassis/tokens.ts';
import { type KnownKeys, keysAtSecurity, trusting } from '#chassis/verification-keys.ts';
import { type Rule, rulesByPath } from '#gen/bank/rules.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Proofs, proofs } from './dpop.ts';
import { type InternalTokens, internalTokens } from './internal-tokens.ts';
import { type PublicUrls, publicUrls } from './public-urls.ts';
import { type RateLimits, rateLimits } from './rate-limits.ts';
import { type Reads, readsAt } from './reads.ts';
import { type Recorded, recordedAt } from './refused.ts';
import { type Revocations, revocations } from './revocations.ts';

/** An RPC that the edge publishes. */
export interface Route extends Target {
  readonly rule: Rule;
}

export interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Gives tokens to anybody, in development. */
  readonly development: DevelopmentIssuer | undefined;
  /** The keys that verify tokens. */
  readonly keys: KnownKeys;
  /** By the RPC's full path, without the slash in front. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Calls security of the edge's own accord. */
  readonly security: RawCall;
  /** The same, for what it asks in partners' names. */
  readonly partners: Pick<Client<typeof SecurityService>, 'issuePartnerToken' | 'getAuthorizationServer'>;
  /** Where callers reach it. */
  readonly urls: PublicUrls;
  /** Of the keys of partners' tokens. */
  readonly proofs: Proofs;
  readonly verify: (authorization: string) => Promise<Verified>;
  readonly internalToken: InternalTokens;
  readonly rateLimits: RateLimits;
  readonly recorded: Recorded;
  readonly reads: Reads;
  readonly revocations: Revocations;
  /** The streams that are open, on either port. */
  readonly streams: OpenStreams;
  /** Stops listening for revocations, and closes the channels to the services. */
  close(): Promise<void>;
}

/** Makes the context of an edge: a channel per service, and a route per RPC that the contract publishes. */
export function makeContext(
  config: Config,
  { log, metrics }: Pick<Context, 'log' | 'metrics'>,
  development: DevelopmentIssuer | undefined,
): Context {
  const identity = openIdentity(config, 'edge', log);
  const services = openServices(config, identity);
  const routes = services.targets.flatMap((target): [string, Route][] => {
    const rule = rulesByPath.get(target.rpc);
    return rule?.edge ? [[target.rpc, { ...target, rule }]] : [];
  });
  const urls = publicUrls(config);
  const own = connect(SecurityService, config.SECURITY_ADDRESS, identity.channel('security'));
  const keys = keysAtSecurity(own, log);
  const known = revocations(config, own, log);
  const reads = readsAt(own, log);
  return {
    config,
    log,
    metrics,
    development,
    keys,
    routes: new Map(routes),
    security: services.of('security').send,
    partners: own,
    urls,
    proofs: proofs(urls, own, log),
    verify: tokenVerifier(trusting(keys.find, development), EDGE_AUDIENCE),
    internalToken: internalTokens(own),
    rateLimits: rateLimits(config),
    recorded: recordedAt(own, log),
    reads,
    revocations: known,
    streams: new OpenStreams(),
    async close() {
      await known.stop();
      await metrics.stop();
      await reads.stop();
      own.close();
      services.close();
      identity.close();
    },
  };
}
