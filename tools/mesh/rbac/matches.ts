// Istio's patterns as Envoy's matchers: `*`, `prefix*`, `*suffix`, or the whole.
import { isIPv6 } from 'node:net';
import type { Cidr, HeaderMatch, MetadataMatch, Permission, StringMatch, ValueMatch } from './rbac.ts';

const ANYTHING: StringMatch = { safeRegex: { regex: '.+' } };
const TOKEN_FILTER = 'envoy.filters.http.jwt_authn';
const TEMPLATE = 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig';

/** A string. */
export function stringMatch(pattern: string): StringMatch {
  if (pattern === '*') return ANYTHING;
  if (pattern.startsWith('*')) return { suffix: pattern.slice(1) };
  return pattern.endsWith('*') ? { prefix: pattern.slice(0, -1) } : { exact: pattern };
}

/** A principal, which certificates write with `spiffe://` before it. */
export function principalMatch(pattern: string): StringMatch {
  const scheme = 'spiffe://';
  if (pattern === '*') return ANYTHING;
  if (pattern.startsWith('*')) return { safeRegex: { regex: `${scheme}.*${quoted(pattern.slice(1))}` } };
  return pattern.endsWith('*') ? { prefix: `${scheme}${pattern.slice(0, -1)}` } : { exact: `${scheme}${pattern}` };
}

/** A namespace, as a part of a principal. */
export function namespaceMatch(pattern: string): StringMatch {
  return { safeRegex: { regex: `.*/ns/${pattern.split('*').map(quoted).join('.*')}/.*` } };
}

/** A service account, `ns/sa` or one of the policy's own namespace; of any trust domain, which is why ours name principals. */
export function accountMatch(account: string, policyNamespace: string): StringMatch {
  const [namespace = '', name] = account.includes('/') ? account.split('/') : [policyNamespace, account];
  return { safeRegex: { regex: `spiffe://.+/ns/${quoted(namespace)}/(.+/|)sa/${quoted(name ?? '')}(/.+)?` } };
}

/** A header; of `:authority`, the case is no difference. */
export function headerMatch(name: string, pattern: string): HeaderMatch {
  if (pattern === '*') return { name, presentMatch: true };
  const match = stringMatch(pattern);
  return { name, stringMatch: name === ':authority' ? { ...match, ignoreCase: true } : match };
}

/** A path, or a template of one with `{*}` and `{**}` in it. */
export function pathMatch(pattern: string): Permission {
  if (!/\{\*\*?\}/.test(pattern)) return { urlPath: { path: stringMatch(pattern) } };
  const pathTemplate = pattern.replaceAll('{*}', '*').replaceAll('{**}', '**');
  return { uriTemplate: { name: 'uri-template', typedConfig: { '@type': TEMPLATE, pathTemplate } } };
}

/** An address, or a range of them. */
export function cidr(text: string): Cidr {
  const [addressPrefix = '', length] = text.split('/');
  return { addressPrefix, prefixLen: length === undefined ? (isIPv6(addressPrefix) ? 128 : 32) : Number(length) };
}

/** A claim of the token that is a string. */
export function claimIs(claim: string, match: StringMatch): MetadataMatch {
  return { filter: TOKEN_FILTER, path: keys('payload', claim), value: { stringMatch: match } };
}

/** A claim that is any of these, or a list with any of these. */
export function claimHas(path: readonly string[], patterns: readonly string[]): MetadataMatch {
  const any = anyOf(patterns);
  const value = { orMatch: { valueMatchers: [{ listMatch: { oneOf: any } }, any] } };
  return { filter: TOKEN_FILTER, path: keys('payload', ...path), value };
}

/** What another filter has said; `[x]` is an item of a list. */
export function filterSays(filter: string, key: string, patterns: readonly string[]): MetadataMatch {
  const isList = patterns.some((pattern) => pattern.startsWith('[') && pattern.endsWith(']'));
  if (!isList) return { filter, path: keys(key), value: anyOf(patterns) };
  const items = patterns.map((pattern) => pattern.replace(/^\[/, '').replace(/\]$/, ''));
  return { filter, path: keys(key), value: { listMatch: { oneOf: anyOf(items) } } };
}

function anyOf(patterns: readonly string[]): ValueMatch {
  return { orMatch: { valueMatchers: patterns.map((pattern) => ({ stringMatch: stringMatch(pattern) })) } };
}

function keys(...names: string[]) {
  return names.map((key) => ({ key }));
}

/** As Go's regexp.QuoteMeta. */
export function quoted(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
