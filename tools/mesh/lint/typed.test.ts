import { expect } from 'chai';
import { build } from '../kustomize.ts';
import type { KubeObject } from '../objects.ts';
import { typeViolations } from './typed.ts';

const spec = (content: object) => ({ metadata: { name: 'planted', namespace: 'bank' }, spec: content });

const PLANTED: readonly KubeObject[] = [
  {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    ...spec({ actoin: 'DENY' }),
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...spec({
      selector: {},
      template: { spec: { containers: [{ name: 'x', readinesProbe: {} }] } },
    }),
  },
  {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    ...spec({ mtls: { mode: 'STRICKT' } }),
  },
];

describe('the check of objects by types', () => {
  it('finds nothing wrong with the bank, names what is planted, and says what it does not know', async () => {
    const { found, unknown } = await typeViolations([...build('mesh/istio/overlays/prod'), ...PLANTED]);
    console.log(`      no types of ${unknown.join(', ')}`);
    expect(found.filter((sentence) => !sentence.includes('bank/planted'))).to.deep.equal([]);
    for (const word of ['actoin', 'readinesProbe', 'STRICKT']) {
      expect(
        found.filter((sentence) => sentence.includes(word)),
        word,
      ).to.have.length(1);
    }
    expect(unknown).to.deep.equal([
      'barmancloud.cnpg.io/v1 ObjectStore',
      'keda.sh/v1alpha1 ScaledObject',
      'postgresql.cnpg.io/v1 Cluster',
      'postgresql.cnpg.io/v1 ScheduledBackup',
    ]);
  }).timeout(60_000);
});
