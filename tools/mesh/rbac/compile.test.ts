import { expect } from 'chai';
import { parse } from 'yaml';
import { filesEnding, istioData } from '../istio-data.ts';
import { at, type KubeObject, parseObjects } from '../objects.ts';
import { compile } from './compile.ts';
import { filtersOf } from './filters.ts';

/** Those that need aliases of trust domains, which the bank has none of, and one that Istio's own tests no longer read. */
const WITHOUT = /td-aliases|principal-with-wildcard|before-111/;

function policy(rules: readonly object[], action = 'ALLOW'): KubeObject {
  const metadata = { name: 'one', namespace: 'bank' };
  return { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec: { action, rules } };
}

describe('the compiler of policies', () => {
  const folder = istioData('authz-goldens');

  it("makes what Istio makes, by Istio's own goldens", function () {
    if (folder === undefined) this.skip();
    let compared = 0;
    for (const [name, text] of filesEnding(folder, '-in.yaml')) {
      const policies = parseObjects(text, name);
      if (WITHOUT.test(name) || policies.some((one) => at(one, 'spec', 'action') === 'CUSTOM')) continue;
      // One file, or one for each filter: `-out1.yaml`, `-out2.yaml`.
      const wanted = ['', 1, 2, 3].flatMap((number) => {
        const golden = filesEnding(folder, `-out${number}.yaml`).get(name);
        return golden === undefined ? [] : [parse(golden)];
      });
      const protocol = at(wanted[0], 'name') === 'envoy.filters.network.rbac' ? 'tcp' : 'http';
      const filters = wanted.map(({ typedConfig: { rules, shadowRules } }) => ({
        ...(rules && { rules }),
        ...(shadowRules && { shadowRules }),
      }));
      expect(filtersOf(policies, protocol), name).to.deep.equal(filters);
      compared += 1;
    }
    expect(compared).to.be.greaterThan(4);
  });

  it('makes of the example of a policy of ours what is written here', () => {
    const from = [{ source: { principals: ['corebank.internal/ns/bank/sa/edge'] } }];
    const to = [
      { operation: { methods: ['POST'], paths: ['/bank.ledger.v1.LedgerService/GetJournal'], ports: ['9101'] } },
    ];
    expect(compile([policy([{ from, to }])])).to.deep.equal({
      policies: {
        'ns[bank]-policy[one]-rule[0]': {
          permissions: [
            {
              andRules: {
                rules: [
                  { orRules: { rules: [{ header: { name: ':method', stringMatch: { exact: 'POST' } } }] } },
                  {
                    orRules: { rules: [{ urlPath: { path: { exact: '/bank.ledger.v1.LedgerService/GetJournal' } } }] },
                  },
                  { orRules: { rules: [{ destinationPort: 9101 }] } },
                ],
              },
            },
          ],
          principals: [
            {
              andIds: {
                ids: [
                  {
                    orIds: {
                      ids: [
                        { authenticated: { principalName: { exact: 'spiffe://corebank.internal/ns/bank/sa/edge' } } },
                      ],
                    },
                  },
                ],
              },
            },
          ],
        },
      },
    });
  });

  it('audits, denies and allows in this order, and what is only tried stands beside what is done', () => {
    const tried = (one: KubeObject) => ({
      ...one,
      metadata: { ...one.metadata, annotations: { 'istio.io/dry-run': 'true' } },
    });
    const told = filtersOf([policy([{}]), tried(policy([{}], 'DENY')), policy([{}], 'AUDIT'), tried(policy([{}]))]);
    expect(told.map((one) => [one.rules?.action, one.shadowRules?.action])).to.deep.equal([
      ['LOG', undefined],
      [undefined, 'DENY'],
      [undefined, undefined],
    ]);
    expect(told.map((one) => Object.keys(one))).to.deep.equal([['rules'], ['shadowRules'], ['rules', 'shadowRules']]);
    // What is tried lets nobody in, and keeps nobody out.
    expect(compile([tried(policy([{}]))]).policies).to.deep.equal({});
  });

  it('lets nobody in over TCP for what a call would say, and denies whatever it would', () => {
    const reads = { to: [{ operation: { methods: ['GET'], ports: ['80'] } }, { operation: { ports: ['81'] } }] };
    const byToken = { from: [{ source: { requestPrincipals: ['*'] } }] };
    const byHeader = { when: [{ key: 'request.headers[x]', values: ['y'] }] };
    const known = { when: [{ key: 'source.namespace', values: ['bank'] }] };
    const rules = [reads, byToken, byHeader, known];
    const [denied, allowed] = filtersOf([policy(rules), policy(rules, 'DENY')], 'tcp').map(
      (one) => one.rules?.policies,
    );
    const named = (index: number) => `ns[bank]-policy[one]-rule[${index}]`;
    expect(Object.keys(allowed ?? {})).to.deep.equal([named(0), named(3)]);
    const ports = (...numbers: number[]) =>
      numbers.map((destinationPort) => ({ andRules: { rules: [{ orRules: { rules: [{ destinationPort }] } }] } }));
    expect(allowed?.[named(0)]?.permissions).to.deep.equal(ports(81));
    expect(denied?.[named(0)]?.permissions).to.deep.equal(ports(80, 81));
    const anybody = {
      permissions: [{ andRules: { rules: [{ any: true }] } }],
      principals: [{ andIds: { ids: [{ any: true }] } }],
    };
    expect([denied?.[named(1)], denied?.[named(2)]]).to.deep.equal([anybody, anybody]);
  });

  it('keeps the actions apart, and takes no condition that it does not know', () => {
    const denied = policy([{}], 'DENY');
    expect(Object.keys(compile([denied], 'ALLOW').policies)).to.have.length(0);
    expect(compile([denied], 'DENY').action).to.equal('DENY');
    expect(() => compile([policy([{ when: [{ key: 'source.colour', values: ['red'] }] }])])).to.throw(
      'unknown attribute',
    );
  });
});
