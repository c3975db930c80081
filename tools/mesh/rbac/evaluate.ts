// Decides a call by Envoy's RBAC, as a sidecar would. Held against the engine inside grpc-js-xds, which is another's.
import { BlockList, isIPv6 } from 'node:net';
import type {
  Cidr,
  HeaderMatch,
  MetadataMatch,
  Permission,
  Policy,
  Principal,
  Rules,
  StringMatch,
  ValueMatch,
} from './rbac.ts';

/** A call as it arrives at a sidecar. */
export interface Call {
  readonly path: string;
  readonly method: string;
  readonly authority: string;
  /** By lower-case name. */
  readonly headers: { readonly [name: string]: string };
  /** The URI in the caller's certificate; undefined without one. */
  readonly peer: string | undefined;
  readonly remoteIp: string;
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly sni?: string;
  /** By filter: what those before have said, e.g. of the token. */
  readonly metadata?: { readonly [filter: string]: unknown };
}

/** What decisions are made of; tests put faulty ones in the place of each, to see whether they notice. */
export interface Parts {
  exact(text: string, wanted: string): boolean;
  prefix(text: string, wanted: string): boolean;
  suffix(text: string, wanted: string): boolean;
  regex(text: string, pattern: string): boolean;
  fold(text: string): string;
  inside(address: string, range: Cidr): boolean;
  port(port: number, wanted: number): boolean;
  not(value: boolean): boolean;
  every(values: readonly boolean[]): boolean;
  some(values: readonly boolean[]): boolean;
  policy(permitted: boolean, identified: boolean): boolean;
  decide(action: 'ALLOW' | 'DENY', matched: boolean): boolean;
}

export const PARTS: Parts = {
  exact: (text, wanted) => text === wanted,
  prefix: (text, wanted) => text.startsWith(wanted),
  suffix: (text, wanted) => text.endsWith(wanted),
  regex: (text, pattern) => new RegExp(`^(?:${pattern})$`, 'u').test(text),
  fold: (text) => text.toLowerCase(),
  inside: (address, { addressPrefix, prefixLen }) => {
    const family = isIPv6(addressPrefix) ? 'ipv6' : 'ipv4';
    const list = new BlockList();
    list.addSubnet(addressPrefix, prefixLen, family);
    return isIPv6(address) === (family === 'ipv6') && list.check(address, family);
  },
  port: (port, wanted) => port === wanted,
  not: (value) => !value,
  every: (values) => values.every(Boolean),
  some: (values) => values.some(Boolean),
  policy: (permitted, identified) => permitted && identified,
  decide: (action, matched) => (action === 'ALLOW' ? matched : !matched),
};

/** Whether a call gets past rules. */
export function evaluate(rules: Rules, call: Call, parts: Parts = PARTS): boolean {
  const matches = ({ permissions, principals }: Policy) =>
    parts.policy(
      parts.some(permissions.map((one) => isPermitted(one, call, parts))),
      parts.some(principals.map((one) => isPrincipal(one, call, parts))),
    );
  if (rules.action === 'LOG') return true;
  return parts.decide(rules.action ?? 'ALLOW', Object.values(rules.policies).some(matches));
}

function isPermitted(one: Permission, call: Call, parts: Parts): boolean {
  if ('any' in one) return true;
  if ('andRules' in one) return parts.every(one.andRules.rules.map((rule) => isPermitted(rule, call, parts)));
  if ('orRules' in one) return parts.some(one.orRules.rules.map((rule) => isPermitted(rule, call, parts)));
  if ('notRule' in one) return parts.not(isPermitted(one.notRule, call, parts));
  if ('header' in one) return hasHeader(one.header, call, parts);
  if ('urlPath' in one) return isLike(call.path.split('?')[0] ?? '', one.urlPath.path, parts);
  if ('uriTemplate' in one) return parts.regex(call.path, templatePattern(one.uriTemplate.typedConfig.pathTemplate));
  if ('destinationIp' in one) return parts.inside(call.destinationIp, one.destinationIp);
  if ('destinationPort' in one) return parts.port(call.destinationPort, one.destinationPort);
  if ('requestedServerName' in one) return isLike(call.sni ?? '', one.requestedServerName, parts);
  return hasMetadata(one.metadata, call, parts);
}

function isPrincipal(one: Principal, call: Call, parts: Parts): boolean {
  if ('any' in one) return true;
  if ('andIds' in one) return parts.every(one.andIds.ids.map((id) => isPrincipal(id, call, parts)));
  if ('orIds' in one) return parts.some(one.orIds.ids.map((id) => isPrincipal(id, call, parts)));
  if ('notId' in one) return parts.not(isPrincipal(one.notId, call, parts));
  // Without a certificate the name is empty.
  if ('authenticated' in one) return isLike(call.peer ?? '', one.authenticated.principalName, parts);
  if ('header' in one) return hasHeader(one.header, call, parts);
  if ('directRemoteIp' in one) return parts.inside(call.remoteIp, one.directRemoteIp);
  if ('remoteIp' in one) return parts.inside(call.remoteIp, one.remoteIp);
  return hasMetadata(one.metadata, call, parts);
}

function hasHeader(match: HeaderMatch, call: Call, parts: Parts): boolean {
  const own: Readonly<Record<string, string>> = {
    ':method': call.method,
    ':authority': call.authority,
    ':path': call.path,
  };
  const value = own[match.name] ?? call.headers[match.name.toLowerCase()];
  if (value === undefined) return false;
  return 'presentMatch' in match || isLike(value, match.stringMatch, parts);
}

function isLike(text: string, match: StringMatch, parts: Parts): boolean {
  const fold = (value: string) => (match.ignoreCase === true ? parts.fold(value) : value);
  if ('exact' in match) return parts.exact(fold(text), fold(match.exact));
  if ('prefix' in match) return parts.prefix(fold(text), fold(match.prefix));
  if ('suffix' in match) return parts.suffix(fold(text), fold(match.suffix));
  return parts.regex(text, match.safeRegex.regex);
}

function hasMetadata({ filter, path, value }: MetadataMatch, call: Call, parts: Parts): boolean {
  const steps = path.map(({ key }) => key);
  const found = steps.reduce<unknown>((here, key) => Object(here)[key], call.metadata?.[filter]);
  return isValue(found, value, parts);
}

function isValue(found: unknown, match: ValueMatch, parts: Parts): boolean {
  if ('stringMatch' in match) return typeof found === 'string' && isLike(found, match.stringMatch, parts);
  if ('orMatch' in match) return parts.some(match.orMatch.valueMatchers.map((one) => isValue(found, one, parts)));
  return Array.isArray(found) && found.some((item) => isValue(item, match.listMatch.oneOf, parts));
}

/** `*` is one segment, `**` any number of them. */
function templatePattern(template: string): string {
  return template
    .split('/')
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]+' : part.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')))
    .join('/');
}
