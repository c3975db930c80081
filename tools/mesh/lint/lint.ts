// The linter of what is sent to a cluster: what no schema of one object can see.
// `node tools/mesh/lint/lint.ts mesh/istio/overlays/prod`, or with a file of objects as kubectl kustomize writes it.
import { readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from '../kustomize.ts';
import { type KubeObject, parseObjects } from '../objects.ts';
import { identityRules } from './identity-rules.ts';
import { networkRules } from './network-rules.ts';
import { podRules } from './pod-rules.ts';
import { policyRules } from './policy-rules.ts';
import { trafficRules } from './traffic-rules.ts';
import { worldOf } from './world.ts';

/** Everything that is wrong, as sentences that name the object; empty when nothing is. */
export function lint(objects: readonly KubeObject[]): string[] {
  const world = worldOf(objects);
  return [identityRules, policyRules, trafficRules, podRules, networkRules].flatMap((rules) => rules(world));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [place = 'mesh/istio/overlays/prod'] = process.argv.slice(2);
  const objects = statSync(place).isDirectory() ? build(place) : parseObjects(readFileSync(place, 'utf8'), place);
  const found = lint(objects);
  console.log(found.length === 0 ? `${objects.length} objects, nothing wrong.` : found.join('\n'));
  process.exitCode = found.length === 0 ? 0 : 1;
}
