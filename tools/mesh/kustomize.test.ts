import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { run } from '../platform/processes.ts';
import { build } from './kustomize.ts';
import { type KubeObject, nameOf, parseObjects } from './objects.ts';

const OVERLAYS = ['dev', 'prod'].map((name) => `mesh/istio/overlays/${name}`);

function sorted(objects: readonly KubeObject[]): KubeObject[] {
  return objects.toSorted((a, b) => (nameOf(a) + a.apiVersion < nameOf(b) + b.apiVersion ? -1 : 1));
}

describe('the builder of kustomizations', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'kustomize-'));
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { domain: 'b', gone: 'x' },
  };
  const policy = {
    apiVersion: 'v1',
    kind: 'Policy',
    metadata: { name: 'policy' },
    spec: { who: ['a/ns/x', 'a/ns/y'] },
  };

  after(() => rmSync(directory, { recursive: true }));

  function built(kustomization: object): KubeObject[] {
    writeFileSync(path.join(directory, 'objects.yaml'), `${stringify(settings)}---\n${stringify(policy)}`);
    writeFileSync(
      path.join(directory, 'kustomization.yaml'),
      stringify({ resources: ['objects.yaml'], ...kustomization }),
    );
    return build(directory);
  }

  it('builds the overlays as kubectl does', async function () {
    const version = await run('kubectl', ['version', '--client']).catch(() => ({ code: 1 }));
    if (version.code !== 0) this.skip();
    for (const overlay of OVERLAYS) {
      const { code, output } = await run('kubectl', ['kustomize', overlay]);
      expect(code, output).to.equal(0);
      expect(sorted(build(overlay))).to.deep.equal(sorted(parseObjects(output, overlay)));
    }
  }).timeout(20_000);

  it('patches, and replaces parts of fields', () => {
    const patch = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { domain: 'c', gone: null },
    };
    const select = { kind: 'Policy' };
    const replacement = {
      source: { kind: 'ConfigMap', name: 'settings', fieldPath: 'data.domain' },
      targets: [{ select, fieldPaths: ['spec.who.*'], options: { delimiter: '/', index: 0 } }],
    };
    const [first, second] = built({ patches: [{ patch: stringify(patch) }], replacements: [replacement] });
    expect(first?.['data']).to.deep.equal({ domain: 'c' });
    expect(second?.['spec']).to.deep.equal({ who: ['c/ns/x', 'c/ns/y'] });
  });

  it('refuses what dangles, and what it does not know', () => {
    const patch = stringify([{ op: 'remove', path: '/spec/where' }]);
    expect(() => built({ patches: [{ target: { kind: 'Policy' }, patch }] })).to.throw(
      '/spec/where has nothing to change',
    );
    expect(() => built({ patches: [{ target: { kind: 'Nothing' }, patch }] })).to.throw('is for nothing');
    expect(() => built({ resources: ['absent.yaml'] })).to.throw('there is no absent.yaml');
    expect(() => built({ resources: ['objects.yaml', 'objects.yaml'] })).to.throw('is there twice');
    expect(() => built({ namePrefix: 'x-' })).to.throw('namePrefix is not among what the builder knows');
  });
});
