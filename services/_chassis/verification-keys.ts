// The keys that verify tokens, by their names. They are security's, asked for once and kept; a name that is not known asks
// again, but so seldom that whoever makes names up costs nothing.
import { importJWK } from 'jose';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { SigningKey } from '#gen/bank/security/v1/signing_pb.ts';
import type { Client } from './call.ts';
import { refuseCall } from './errors.ts';
import { ALGORITHM, DEVELOPMENT_ISSUER, type DevelopmentIssuer, ISSUER } from './issuer.ts';
import type { Logger } from './log.ts';

/** A key, and the only issuer whose tokens it verifies. */
export interface VerificationKey {
  readonly key: CryptoKey;
  readonly issuer: string;
}

/** Finds a key by its name. Undefined when there is none; refuses SERVICE_UNAVAILABLE when nobody can say. */
export type FindKey = (kid: string) => Promise<VerificationKey | undefined>;

/** The keys of the security service, as another process knows them. */
export interface KnownKeys {
  readonly find: FindKey;
  /** All that there are. Refuses SERVICE_UNAVAILABLE when they were never to be had. */
  all(): Promise<readonly SigningKey[]>;
}

/** So often at most security is asked. A key is published for longer than that before it signs. */
export const REFETCH_MS = 1_000;
/** After this time they are asked for again, in the background: so a key is known before it signs, and one that is gone is gone. */
const REFRESH_MS = 30_000;

/** The keys of security, asked of it when they are first needed. */
export function keysAtSecurity(
  security: Pick<Client<typeof SecurityService>, 'getSigningKeys'>,
  log: Logger,
): KnownKeys {
  let keys: readonly SigningKey[] = [];
  let byKid: ReadonlyMap<string, VerificationKey> = new Map();
  let fetched = Number.NEGATIVE_INFINITY;
  let asked = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    asked = performance.now();
    try {
      const answer = await security.getSigningKeys({});
      byKid = await verifying(answer.keys);
      keys = answer.keys;
      fetched = performance.now();
    } catch (error) {
      log.warn({ err: error }, 'the keys that verify tokens could not be asked for');
    }
  }

  /** Asks again, together with whoever else wants it, unless it was asked a moment ago. */
  function refresh(): Promise<void> {
    if (!asking && performance.now() - asked < REFETCH_MS) return Promise.resolve();
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return {
    async find(kid) {
      const known = byKid.get(kid);
      if (!known) await refresh();
      else if (performance.now() - fetched > REFRESH_MS) void refresh();
      const found = known ?? byKid.get(kid);
      // Whether there is such a key is not known when security did not answer.
      if (!found && fetched < asked) throw refuseCall('SERVICE_UNAVAILABLE');
      return found;
    },
    async all() {
      await refresh();
      if (keys.length === 0) throw refuseCall('SERVICE_UNAVAILABLE');
      return keys;
    },
  };
}

/** Security's keys as they verify, by their names. */
export async function verifying(keys: readonly SigningKey[]): Promise<ReadonlyMap<string, VerificationKey>> {
  const entries = keys.map(async (key): Promise<[string, VerificationKey]> => {
    const imported = (await importJWK(jwkOf(key), ALGORITHM)) as CryptoKey;
    return [key.kid, { key: imported, issuer: ISSUER }];
  });
  return new Map(await Promise.all(entries));
}

/** A key as RFC 8037 writes it in JSON. */
export function jwkOf({ kid, publicKey }: Pick<SigningKey, 'kid' | 'publicKey'>) {
  const x = Buffer.from(publicKey).toString('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: ALGORITHM, use: 'sig' };
}

/** Finds the development issuer's key too, where there is one. */
export function trusting(find: FindKey, development: DevelopmentIssuer | undefined): FindKey {
  if (!development) return find;
  const own = { key: development.publicKey, issuer: DEVELOPMENT_ISSUER };
  return async (kid) => (kid === DEVELOPMENT_ISSUER ? own : find(kid));
}
