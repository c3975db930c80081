import { expect } from 'chai';
import fc from 'fast-check';
import { cases, PROOF } from '#chassis/testing/property.ts';
import { build } from '../kustomize.ts';
import { at } from '../objects.ts';
import { testMatrix, WORKLOADS } from '../test-matrix.ts';
import { deploymentNamed, deploymentOf, rpcs } from '../workloads.ts';
import { compile } from './compile.ts';
import { anyCall, anyPolicy, otherEngine } from './engine-testing.ts';
import { type Call, evaluate, PARTS, type Parts } from './evaluate.ts';
import { filtersOf } from './filters.ts';
import type { Rules } from './rbac.ts';

/** So many calls are tried on each random policy: the engine's patterns are never freed, so that policies are few. */
const CALLS = PROOF ? 60 : 10;

/** What each part could do wrong. */
const MUTANTS: readonly (readonly [string, Partial<Parts>])[] = [
  ['exact is a prefix', { exact: (text, wanted) => text.startsWith(wanted) }],
  ['exact is a suffix', { exact: (text, wanted) => text.endsWith(wanted) }],
  ['exact ignores the case', { exact: (text, wanted) => text.toLowerCase() === wanted.toLowerCase() }],
  ['exact is never', { exact: () => false }],
  ['a prefix is anywhere', { prefix: (text, wanted) => text.includes(wanted) }],
  ['a prefix is the whole', { prefix: (text, wanted) => text === wanted }],
  ['a suffix is anywhere', { suffix: (text, wanted) => text.includes(wanted) }],
  ['a suffix is the whole', { suffix: (text, wanted) => text === wanted }],
  ['a pattern has no beginning', { regex: (text, pattern) => new RegExp(`(?:${pattern})$`, 'u').test(text) }],
  ['a pattern has no end', { regex: (text, pattern) => new RegExp(`^(?:${pattern})`, 'u').test(text) }],
  ['a pattern is anything', { regex: () => true }],
  ['the case of a host matters', { fold: (text) => text }],
  ['a range is its address', { inside: (address, { addressPrefix }) => address === addressPrefix }],
  [
    'a range is twice as large',
    {
      inside: (address, { addressPrefix, prefixLen }) =>
        PARTS.inside(address, { addressPrefix, prefixLen: Math.max(0, prefixLen - 1) }),
    },
  ],
  ['any port will do', { port: () => true }],
  ['not is passed over', { not: () => true }],
  ['not is forgotten', { not: (value) => value }],
  ['one of all will do', { every: (values) => values.some(Boolean) }],
  ['all are wanted of any', { some: (values) => values.every(Boolean) }],
  ['who calls is passed over', { policy: (permitted) => permitted }],
  ['what is called is passed over', { policy: (_, identified) => identified }],
  ['DENY allows', { decide: (_, matched) => matched }],
];

interface Sample {
  readonly rules: Rules;
  readonly call: Call;
  readonly expected: boolean;
}

/** Random calls on random policies, with what the other engine says. */
function samples({ seed, numRuns }: { seed: number; numRuns: number }): Sample[] {
  const policies = fc.sample(fc.tuple(anyPolicy, fc.array(anyCall, { minLength: CALLS, maxLength: CALLS })), {
    seed,
    numRuns,
  });
  return policies.flatMap(([policy, calls]) => {
    const action = at(policy, 'spec', 'action') as 'ALLOW' | 'DENY';
    const rules = compile([policy], action);
    const decide = otherEngine(rules);
    return calls.map((call) => ({ rules, call, expected: decide(call) }));
  });
}

/** The first call on which the two decide otherwise. */
function disagreement(all: readonly Sample[], parts: Parts): Sample | undefined {
  return all.find(({ rules, call, expected }) => evaluate(rules, call, parts) !== expected);
}

describe('the interpreter of policies', function () {
  this.timeout(120_000);
  let all: Sample[] = [];

  before(() => {
    all = samples(cases(300, 400));
  });

  it("decides as grpc-js-xds's engine does, which others wrote", () => {
    const allowed = all.filter(({ expected }) => expected).length;
    console.log(`      ${all.length} decisions, ${allowed} of them allowed`);
    expect(disagreement(all, PARTS)).to.equal(undefined);
    expect(allowed).to.be.within(all.length / 20, (all.length * 19) / 20);
  });

  for (const [what, mutant] of MUTANTS) {
    it(`is found out when ${what}`, () => {
      expect(disagreement(all, { ...PARTS, ...mutant })).to.be.an('object');
    });
  }

  it('knows claims that are strings or lists, which that engine does not', () => {
    const when = [{ key: 'request.auth.claims[roles]', values: ['teller', 'branch-*'] }];
    const spec = { rules: [{ when }] };
    const policy = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'x' }, spec };
    const gets = (roles: unknown) =>
      evaluate(compile([policy]), { ...aCall, metadata: { 'envoy.filters.http.jwt_authn': { payload: { roles } } } });
    expect([
      gets('teller'),
      gets(['auditor', 'branch-manager']),
      gets('tellers'),
      gets(['x']),
      gets(undefined),
    ]).to.deep.equal([true, true, false, false, false]);
  });

  it('lets every workload into the RPCs that the matrix lets it into, and into no other', () => {
    const policies = build('mesh/istio/overlays/prod').filter(({ kind }) => kind === 'AuthorizationPolicy');
    const matrix = testMatrix();
    let cells = 0;
    for (const { path, service } of rpcs) {
      const own = compile(
        policies.filter(({ metadata }) => metadata.namespace === 'bank' && metadata.name === service),
      );
      const kept = matrix[path.slice(1)]?.workloads.CALLER_NOT_ALLOWED ?? [];
      for (const workload of WORKLOADS) {
        const peer = `spiffe://prod.corebank.internal/ns/bank/sa/${workload}`;
        const call = { ...aCall, path, peer, destinationPort: deploymentNamed(service).ports[0]?.number ?? 0 };
        const runs = deploymentOf(workload) !== undefined;
        expect(evaluate(own, call), `${workload} ${path}`).to.equal(runs && !kept.includes(workload));
        cells += 1;
        if (!runs || kept.includes(workload)) continue;
        // The same from anywhere else is nobody.
        for (const other of [
          peer.replace('prod.', 'dev.'),
          peer.replace('/ns/bank/', '/ns/banks/'),
          `${peer}x`,
          undefined,
        ]) {
          expect(evaluate(own, { ...call, peer: other }), `${other} ${path}`).to.equal(false);
        }
      }
    }
    console.log(`      ${cells} cells of the matrix`);
  });

  it('lets the services speak to NATS, which has no calls, and nobody else; only KEDA asks how it is', () => {
    const policies = build('mesh/istio/overlays/prod').filter(
      ({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.namespace === 'bank-messaging',
    );
    const [filter] = filtersOf(policies, 'tcp');
    const enters = (who: string, destinationPort: number) =>
      evaluate(filter?.rules ?? { policies: {} }, {
        ...aCall,
        peer: `spiffe://prod.corebank.internal/ns/${who}`,
        destinationPort,
      });
    for (const workload of WORKLOADS) {
      expect(enters(`bank/sa/${workload}`, 4222), workload).to.equal(deploymentOf(workload) !== undefined);
      expect(enters(`bank/sa/${workload}`, 8222), workload).to.equal(false);
      expect(enters(`bank/sa/${workload}`, 6222), workload).to.equal(false);
      expect(enters(`banks/sa/${workload}`, 4222), workload).to.equal(false);
    }
    expect([enters('keda/sa/keda-operator', 8222), enters('keda/sa/keda-operator', 4222)]).to.deep.equal([true, false]);
    expect([enters('bank-messaging/sa/nats', 6222), enters('bank-messaging/sa/nats', 8222)]).to.deep.equal([
      true,
      false,
    ]);
  });
});

const aCall: Call = {
  path: '/bank.ledger.v1.LedgerService/GetJournal',
  method: 'POST',
  authority: 'ledger',
  headers: {},
  peer: undefined,
  remoteIp: '10.0.0.1',
  destinationIp: '10.0.0.2',
  destinationPort: 9101,
};
