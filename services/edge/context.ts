// What the parts of the edge share.
import type { DescMethodServerStreaming, DescMethodUnary } from '@bufbuild/protobuf';
import { openChannel, type RawCall, type RawStream } from '#chassis/call.ts';
import type { Config } from '#chassis/config.ts';
import { openIdentity } from '#chassis/identity.ts';
import type { Issuer } from '#chassis/issuer.ts';
import { EDGE_AUDIENCE } from '#chassis/issuer.ts';
import type { Logger } from '#chassis/log.ts';
import { OpenStreams } from '#chassis/serve-streams.ts';
import { tokenVerifier, type Verified } from '#chassis/tokens.ts';
import { type Rule, rulesByPath } from '#gen/bank/rules.ts';
import { type InternalTokens, internalTokens } from './internal-tokens.ts';
import { type RateLimits, rateLimits } from './rate-limits.ts';
import { type Published, published } from './services.ts';

/** An RPC that the edge publishes. */
export interface Route {
  /** `bank.ledger.v1.LedgerService/GetJournal` */
  readonly rpc: string;
  /** The service that answers it, as tokens name it. */
  readonly audience: Published['name'];
  readonly method: DescMethodUnary | DescMethodServerStreaming;
  readonly rule: Rule;
  readonly send: RawCall;
  readonly watch: RawStream;
}

export interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly issuer: Issuer;
  /** By the RPC's full path, without the slash in front. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly verify: (authorization: string) => Promise<Verified>;
  readonly internalToken: InternalTokens;
  readonly rateLimits: RateLimits;
  /** The streams that are open, on either port. */
  readonly streams: OpenStreams;
  /** Closes the channels to the services. */
  close(): void;
}

/** Makes the context of an edge: a channel per service, and a route per RPC that the contract publishes. */
export function makeContext(config: Config, log: Logger, issuer: Issuer): Context {
  const identity = openIdentity(config, 'edge', log);
  const channels = published.map(({ name, service }) => {
    const address = config[`${name.toUpperCase() as Uppercase<typeof name>}_ADDRESS`];
    return { name, service, ...openChannel(service, address, identity.channel(name)) };
  });
  const routes = channels.flatMap(({ name, service, send, watch }) =>
    (service.methods as readonly Route['method'][]).flatMap((method): [string, Route][] => {
      const rpc = `${service.typeName}/${method.name}`;
      const rule = rulesByPath.get(rpc);
      return rule?.edge ? [[rpc, { rpc, audience: name, method, rule, send, watch }]] : [];
    }),
  );
  return {
    config,
    log,
    issuer,
    routes: new Map(routes),
    verify: tokenVerifier(issuer.publicKey, EDGE_AUDIENCE),
    internalToken: internalTokens(issuer),
    rateLimits: rateLimits(config),
    streams: new OpenStreams(),
    close: () => {
      for (const channel of channels) channel.close();
      identity.close();
    },
  };
}
