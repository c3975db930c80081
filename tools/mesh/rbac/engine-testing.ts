// The engine that ours is held against, and the policies and calls on which.
import { createRequire } from 'node:module';
import { Metadata } from '@grpc/grpc-js';
import fc from 'fast-check';
import { fields, type KubeObject } from '../objects.ts';
import type { Call } from './evaluate.ts';
import type { Rules } from './rbac.ts';

/** The engine is no part of what the package says it exports. */
interface Engine {
  parseConfig(rbac: object): { apply(info: object): boolean };
}
const { parseConfig } = createRequire(import.meta.url)('@grpc/grpc-js-xds/build/src/rbac.js') as Engine;

/** Which field of a message stands for its kind, as proto-loader tells it. */
const ONEOFS: readonly (readonly [string, readonly string[]])[] = [
  [
    'rule',
    [
      'and_rules',
      'or_rules',
      'not_rule',
      'any',
      'header',
      'url_path',
      'destination_ip',
      'destination_port',
      'requested_server_name',
      'metadata',
    ],
  ],
  [
    'identifier',
    ['and_ids', 'or_ids', 'not_id', 'any', 'authenticated', 'header', 'direct_remote_ip', 'remote_ip', 'metadata'],
  ],
  ['match_pattern', ['exact', 'prefix', 'suffix', 'safe_regex']],
  ['header_match_specifier', ['string_match', 'present_match']],
];

/** How grpc-js-xds decides by rules. */
export function otherEngine(rules: Rules): (call: Call) => boolean {
  const policies = asLoaded(rules.policies, true);
  const group = parseConfig({ action: rules.action ?? 'ALLOW', policies });
  return (call) => {
    const headers = new Metadata();
    for (const [name, value] of Object.entries(call.headers)) headers.set(name, value);
    return group.apply({
      urlPath: call.path,
      headers: withPseudoHeaders(headers, call),
      destinationIp: call.destinationIp,
      destinationPort: call.destinationPort,
      sourceIp: call.remoteIp,
      tls: call.peer !== undefined,
      peerCertificate: call.peer === undefined ? undefined : { subjectaltname: `URI:${call.peer}`, subject: {} },
    });
  };
}

/** What HTTP/2 says in front of the headers, which grpc-js keeps apart and the engine asks its headers for. */
function withPseudoHeaders(headers: Metadata, { method, authority }: Call): object {
  const pseudo: Record<string, string> = { ':method': method, ':authority': authority };
  return { get: (name: string) => (pseudo[name] === undefined ? headers.get(name) : [pseudo[name]]) };
}

function asLoaded(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => asLoaded(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = fields(value).map(([name, part]): [string, unknown] => {
    const snake = isMap ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [snake, snake === 'prefix_len' ? { value: part } : asLoaded(part)];
  });
  const names = entries.map(([name]) => name);
  const kinds = isMap
    ? []
    : ONEOFS.flatMap(([oneof, members]) => names.filter((name) => members.includes(name)).map((name) => [oneof, name]));
  return { ...Object.fromEntries(entries), ...Object.fromEntries(kinds) };
}

// Few words, and words within words: what is only nearly the same has to be drawn often.
const ACCOUNTS = [
  'td/ns/a/sa/edge',
  'td/ns/a/sa/edge-2',
  'xtd/ns/a/sa/edge',
  'td/ns/ab/sa/edge',
  'td/ns/a/sa/Edge',
  'td/ns/b.c/sa/x',
  'td/ns/bxc/sa/x',
  'td',
];
const PATHS = ['/p.S/Get', '/p.S/GetAll', '/x/p.S/Get', '/p.S/get', '/pxS/Get', '/p.S'];
const METHODS = ['POST', 'POSTS', 'GET', 'post'];
const HOSTS = ['ledger.bank', 'LEDGER.bank', 'xledger.bank', 'ledger.bank.svc'];
const VALUES = ['a', 'ab', 'ba', 'aba', 'A'];
const PORTS = ['9101', '91', '9102'];
const ADDRESSES = ['10.1.2.3', '10.1.2.4', '10.1.9.9', '10.200.0.1', '192.168.0.1', '::1'];
const RANGES = ['10.1.2.3', '10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/9', '192.168.0.0/31', '::1'];

const word = (words: readonly string[]) => fc.constantFrom(...words);

/** A word, or a pattern that cuts it somewhere. */
function pattern(words: readonly string[]): fc.Arbitrary<string> {
  const cut = fc.tuple(word(words), fc.nat({ max: 12 }));
  return fc.oneof(
    { weight: 5, arbitrary: word(words) },
    { weight: 2, arbitrary: cut.map(([text, length]) => `${text.slice(0, 1 + (length % text.length))}*`) },
    { weight: 2, arbitrary: cut.map(([text, length]) => `*${text.slice(length % text.length)}`) },
    { weight: 1, arbitrary: fc.constant('*') },
  );
}

/** Fields with values, some of them, and some with values that are not to be. */
function some(choices: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<object> {
  const arbitraries = Object.fromEntries(
    Object.entries(choices).map(([name, value]) => [
      name,
      fc.option(fc.array(value, { minLength: 1, maxLength: 3 }), { freq: 2, nil: undefined }),
    ]),
  );
  return fc
    .record(arbitraries)
    .map((chosen) => Object.fromEntries(Object.entries(chosen).filter(([, list]) => list !== undefined)));
}

const source = some({
  principals: pattern(ACCOUNTS),
  notPrincipals: pattern(ACCOUNTS),
  namespaces: pattern(['a', 'ab', 'b.c']),
  notNamespaces: word(['a', 'ab']),
  ipBlocks: word(RANGES),
  notIpBlocks: word(RANGES),
});
const operation = some({
  paths: pattern(PATHS),
  notPaths: word(PATHS),
  methods: pattern(METHODS),
  notMethods: word(METHODS),
  hosts: pattern(HOSTS),
  notHosts: word(HOSTS),
  ports: word(PORTS),
  notPorts: word(PORTS),
});
const condition = fc.oneof(
  fc.record({
    key: fc.constant('request.headers[x-one]'),
    values: fc.array(pattern(VALUES), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    key: fc.constant('request.headers[x-one]'),
    notValues: fc.array(pattern(VALUES), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constant('destination.ip'), values: fc.array(word(RANGES), { minLength: 1, maxLength: 2 }) }),
);
const rule = fc.record({
  from: fc.array(
    source.map((one) => ({ source: one })),
    { maxLength: 2 },
  ),
  to: fc.array(
    operation.map((one) => ({ operation: one })),
    { maxLength: 2 },
  ),
  when: fc.array(condition, { maxLength: 1 }),
});

/** Where nothing else decides, one pattern does: what is only nearly right shows there most often. */
const focused = fc.oneof(
  word(ACCOUNTS).map((account) => ({
    from: [{ source: { principals: [`*${account.slice(account.lastIndexOf('/'))}`] } }],
  })),
  word(RANGES).map((range) => ({ from: [{ source: { ipBlocks: [range] } }] })),
  fc.constantFrom('*/Get', '/p.S*', '*S', '/p.S/Get').map((path) => ({ to: [{ operation: { paths: [path] } }] })),
  pattern(HOSTS).map((host) => ({ to: [{ operation: { hosts: [host] } }] })),
);

export const anyPolicy: fc.Arbitrary<KubeObject> = fc
  .record({
    action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY'),
    rules: fc.oneof<fc.MaybeWeightedArbitrary<object[]>[]>(
      { weight: 3, arbitrary: fc.array(rule, { maxLength: 3 }) },
      { weight: 2, arbitrary: focused.map((one) => [one]) },
    ),
  })
  .map((spec) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'any', namespace: 'a' },
    spec,
  }));

export const anyCall: fc.Arbitrary<Call> = fc.record({
  path: word(PATHS),
  method: word(METHODS),
  authority: word(HOSTS),
  headers: fc
    .option(word(VALUES), { nil: undefined })
    .map((value): Record<string, string> => (value === undefined ? {} : { 'x-one': value })),
  peer: fc.option(
    fc.tuple(fc.constantFrom('spiffe', 'spiffe', 'xspiffe'), word(ACCOUNTS)).map((parts) => parts.join('://')),
    { freq: 9, nil: undefined },
  ),
  remoteIp: word(ADDRESSES),
  destinationIp: word(ADDRESSES),
  destinationPort: word(PORTS).map(Number),
});
