import { expect } from 'chai';
import { parse } from 'yaml';
import { filesEnding, istioData } from '../istio-data.ts';
import { at, type KubeObject, parseObjects } from '../objects.ts';
import { compile } from './compile.ts';

/** Needs aliases of trust domains, which the bank has none of. */
const WITH_ALIASES = ['simple-policy-principal-with-wildcard'];

function policy(rules: readonly object[], action = 'ALLOW'): KubeObject {
  const metadata = { name: 'one', namespace: 'bank' };
  return { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec: { action, rules } };
}

describe('the compiler of policies', () => {
  const folder = istioData('authz-goldens');

  it("makes what Istio makes, by Istio's own goldens", function () {
    if (folder === undefined) this.skip();
    const wanted = filesEnding(folder, '-out.yaml');
    let compared = 0;
    for (const [name, text] of filesEnding(folder, '-in.yaml')) {
      if (WITH_ALIASES.includes(name)) continue;
      const policies = parseObjects(text, name);
      expect(compile(policies), name).to.deep.equal(at(parse(wanted.get(name) ?? ''), 'typedConfig', 'rules'));
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

  it('keeps the actions apart, and takes no condition that it does not know', () => {
    const denied = policy([{}], 'DENY');
    expect(Object.keys(compile([denied], 'ALLOW').policies)).to.have.length(0);
    expect(compile([denied], 'DENY').action).to.equal('DENY');
    expect(() => compile([policy([{ when: [{ key: 'source.colour', values: ['red'] }] }])])).to.throw(
      'unknown attribute',
    );
  });
});
