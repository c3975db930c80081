// Which addresses the bank sends webhooks to. A name is resolved once, and the connection made to what was found and checked, so
// that it cannot mean one thing when it is checked and another when it is used (DNS rebinding).
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Config } from '#chassis/config.ts';

/** An address as a socket takes it. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds the addresses of a name; none when there is no such name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** Finds the addresses of a host, and undefined when it has none, or one that the bank does not send to. */
export type FindAddresses = (hostname: string) => Promise<readonly Address[] | undefined>;

/** Networks that may be sent to although they are not the public internet. */
type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Looks addresses up under the rules of the configuration. */
export function addressesOf(config: Pick<Config, 'WEBHOOK_PRIVATE_NETWORKS'>, resolve = asked()): FindAddresses {
  const networks = networksIn(config.WEBHOOK_PRIVATE_NETWORKS);
  return async (hostname) => {
    // URLs write IPv6 in brackets.
    const bare = hostname.replace(/^\[(.*)\]$/, '$1');
    const found = isIP(bare) ? [bare] : await resolve(bare);
    if (found.length === 0 || !found.every((address) => isAllowed(address, networks))) return undefined;
    return found.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
  };
}

/** Reads the networks of WEBHOOK_PRIVATE_NETWORKS. Refuses what is none. */
export function networksIn(list: string): readonly Network[] {
  return list.split(',').flatMap((text) => {
    if (text.trim() === '') return [];
    if (!ipaddr.isValidCIDR(text.trim())) throw new Error(`WEBHOOK_PRIVATE_NETWORKS: ${text.trim()} is no network`);
    return [ipaddr.parseCIDR(text.trim())];
  });
}

/** Public, or excepted. What maps or tunnels an address of IPv4 in one of IPv6 is held to that, or refused. */
function isAllowed(address: string, networks: readonly Network[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unicast') return true;
  return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as never));
}

/** Both tries, the second of which takes twice as long, are over before a call's usual deadline. */
const TIMEOUT_MS = 1_000;
const TRIES = 2;

/**
 * Asks the name servers of the system, not its `hosts` file and search domains, by which names inside would be found; and not by
 * the threads that files and passwords need, which one slow server would take up.
 */
function asked(): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  const orNone = (found: Promise<string[]>) => found.catch(() => []);
  return async (hostname) =>
    (await Promise.all([orNone(resolver.resolve4(hostname)), orNone(resolver.resolve6(hostname))])).flat();
}
