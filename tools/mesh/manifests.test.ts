import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { published } from '#chassis/services.ts';
import { hears, type Rule, rules } from '#gen/bank/rules.ts';
import { PLAIN_PATHS } from '../../services/edge/plain-paths.ts';
import { GENERATED, manifests } from './manifests.ts';
import { at, type KubeObject, list, parseObjects, strings, textOf } from './objects.ts';
import { GATEWAYS, principal } from './places.ts';
import { producersFor } from './scaling.ts';
import { deploymentOf, deployments, rpcs } from './workloads.ts';

const byFile = manifests();
const objects = [...byFile]
  .filter(([file]) => !file.endsWith('kustomization.yaml') && !file.includes('/ambient/'))
  .flatMap(([file, text]) => parseObjects(text, file));

function policyOf(name: string): KubeObject {
  const found = objects.find(({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
}

/** What a policy allows: `principal path`. */
function allowed(policy: KubeObject): string[] {
  return list(at(policy, 'spec', 'rules')).flatMap((rule) =>
    strings(at(rule, 'from', 0, 'source', 'principals')).flatMap((who) =>
      list(at(rule, 'to')).flatMap((to) => strings(at(to, 'operation', 'paths')).map((path) => `${who} ${path}`)),
    ),
  );
}

describe('mesh/istio/generated', () => {
  it('is what `make gen` writes, and nothing else', async () => {
    const there = await readdir(GENERATED, { recursive: true, withFileTypes: true });
    const files = there.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
    expect(files).to.have.members([...byFile.keys()]);
    for (const [file, text] of byFile) expect(await readFile(file, 'utf8'), file).to.equal(text);
  });

  it('allows each RPC to the callers that the contract names and that run, and to nobody else', () => {
    for (const { name } of deployments.filter((deployment) => deployment.name !== 'edge')) {
      const wanted = rpcs
        .filter(({ service }) => service === name)
        .flatMap(({ path, rule }) =>
          rule.callers.flatMap((caller) => (deploymentOf(caller) ? [`${principal('bank', caller)} ${path}`] : [])),
        );
      expect(allowed(policyOf(name)), name).to.have.members(wanted);
    }
  });

  it('lets each gateway reach what is granted to those who come through it', () => {
    const reached = allowed(policyOf('edge'));
    const through = (gateway: string, path: string) =>
      reached.includes(`${principal('bank-ingress', `${gateway}-istio`)} /${path}`);
    for (const [path, { edge, grants }] of Object.entries<Rule>(rules)) {
      const isFor = (...audiences: string[]) => edge && grants.some(({ audience }) => audiences.includes(audience));
      expect(through('public', path), path).to.equal(isFor('CHANNEL', 'PUBLIC'));
      expect(through('back-office', path), path).to.equal(isFor('STAFF', 'PUBLIC'));
      expect(through('partners', path), path).to.equal(isFor('PARTNER'));
    }
  });

  it('lets what is no RPC through the public gateway, but for what only a pod or a development bank answers', () => {
    const reached = allowed(policyOf('edge'));
    const everywhere: string[] = [];
    for (const { path, where } of Object.values(PLAIN_PATHS)) {
      const gateways = GATEWAYS.map(({ name }) => name).filter((name) =>
        reached.includes(`${principal('bank-ingress', `${name}-istio`)} ${path}`),
      );
      expect(gateways, path).to.deep.equal(where === 'everywhere' ? ['public'] : []);
      if (where === 'everywhere') everywhere.push(path);
    }
    expect(everywhere).to.include('/oauth2/token');
  });

  it('tries reads again, writes only where they did not arrive, and streams never', () => {
    const retried = (path: string, service = 'ledger') => {
      const routes = objects
        .filter(({ kind, metadata }) => kind === 'VirtualService' && metadata.name === service)
        .flatMap((one) => list(at(one, 'spec', 'http')));
      const own = routes.filter((route) =>
        list(at(route, 'match')).some((match) => at(match, 'uri', 'exact') === path),
      );
      expect(own, path).to.have.length(1);
      return { on: textOf(at(own[0], 'retries', 'retryOn') ?? ''), times: at(own[0], 'retries', 'attempts') };
    };
    expect(retried('/bank.ledger.v1.LedgerService/GetJournal'))
      .to.include({ times: 2 })
      .and.property('on')
      .contains('unavailable');
    const write = retried('/bank.ledger.v1.LedgerService/PostJournals');
    expect(write.times).to.equal(1);
    expect(write.on.split(',')).to.have.members(['connect-failure', 'refused-stream', 'reset-before-request']);
    expect(retried('/bank.ledger.v1.LedgerService/PostJournalStream').times).to.equal(0);
    for (const { path, service } of rpcs) retried(path, service);
  });

  it('scales what consumes events by what its code consumes', () => {
    const scaled = objects.filter(({ kind }) => kind === 'ScaledObject').map(({ metadata }) => metadata.name);
    expect(scaled).to.have.members([
      'account',
      'audit',
      'customer',
      'integration',
      'notification',
      'security',
      'transaction',
    ]);
    expect(producersFor({ name: 'notification' })).to.deep.equal([
      'account',
      'customer',
      'ledger',
      'security',
      'transaction',
    ]);
    expect(producersFor({ name: 'ledger' })).to.deep.equal([]);
  });

  it('lets each service hear whose events it consumes, and nobody else’s', () => {
    for (const { name } of published) expect(producersFor({ name }), name).to.deep.equal(hears[name] ?? []);
  });

  it('has a network policy on either side of every call', () => {
    const policy = (name: string) =>
      objects.find(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name && metadata.namespace === 'bank',
      );
    const apps = (entries: unknown, side: 'from' | 'to') =>
      list(entries).flatMap((entry) =>
        list(at(entry, side)).flatMap((peer) => at(peer, 'podSelector', 'matchLabels', 'app') ?? []),
      );
    for (const { name, calls } of deployments) {
      for (const callee of calls) {
        expect(apps(at(policy(name), 'spec', 'egress'), 'to')).to.include(callee);
        expect(apps(at(policy(callee), 'spec', 'ingress'), 'from')).to.include(name);
      }
    }
  });
});
