import { expect } from 'chai';
import { filesEnding, istioData } from '../istio-data.ts';
import { type KubeObject, parseObjects } from '../objects.ts';
import { readCrds } from './crds.ts';

/** The objects of Istio's fixtures; `_err`, which says why one is invalid, is no part of them. */
function fixtures(folder: string, ending: string): KubeObject[] {
  return [...filesEnding(folder, ending).values()].flatMap((text) =>
    parseObjects(text, folder).map(({ _err: _why, ...object }) => object as KubeObject),
  );
}

describe('the strict check by CRDs', function () {
  this.timeout(60_000);
  const crds = istioData('crds');
  const folder = istioData('validation-fixtures');
  if (crds === undefined || folder === undefined) {
    it.skip("needs Istio's CRDs and fixtures beside the checkout", () => undefined);
    return;
  }
  const schemas = readCrds(crds);

  it('refuses what Istio refuses', () => {
    const invalid = fixtures(folder, '-invalid.yaml');
    const taken = invalid.filter((object) => schemas.violations(object).length === 0);
    expect(invalid.length).to.be.greaterThan(40);
    expect(taken).to.have.length.at.most(2);
  });

  it('takes what Istio takes', () => {
    const valid = fixtures(folder, '-valid.yaml');
    const refused = valid.flatMap((object) => schemas.violations(object));
    expect(valid.length).to.be.greaterThan(15);
    // 001:db8:: without quotes is a string in the YAML of Go, and not in ours.
    expect(refused).to.deep.equal(['ServiceEntry default/full: /spec/addresses/1 must be string']);
  });

  it('names a field that is not there, where the server would only drop it', () => {
    const spec = { actoin: 'DENY', rules: [{ from: [{ source: { principal: ['x'] } }] }] };
    const policy = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'x' }, spec };
    expect(schemas.violations(policy)).to.deep.equal([
      'AuthorizationPolicy x: /spec must NOT have additional properties "actoin"',
      'AuthorizationPolicy x: /spec/rules/0/from/0/source must NOT have additional properties "principal"',
    ]);
  });

  it('knows lists that are maps, and rules in CEL', () => {
    const port = { name: 'a', number: 80, protocol: 'HTTP' };
    const entry = { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: 'x' } };
    const twice = schemas.violations({ ...entry, spec: { hosts: ['a.example'], ports: [port, port] } });
    expect(twice.join()).to.include('/spec/ports has ["a"] twice');
    const wild = schemas.violations({ ...entry, spec: { hosts: ['*'] } });
    expect(wild.join()).to.include('hostname cannot be wildcard');
  });
});
