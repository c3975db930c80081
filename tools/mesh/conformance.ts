// The cells of the matrix for mesh/conformance/run.sh: a line each, of workload, label `app` of its pods, path, place, and whether
// it gets in.
import { pathToFileURL } from 'node:url';
import { hostOf } from './places.ts';
import { testMatrix, WORKLOADS } from './test-matrix.ts';
import { deploymentNamed, deploymentOf, rpcs } from './workloads.ts';

/** All lines, with tabs between. */
export function conformanceLines(): string[] {
  const matrix = testMatrix();
  return WORKLOADS.flatMap((workload) =>
    rpcs.map(({ path, service }) => {
      const own = deploymentOf(workload);
      const kept = matrix[path.slice(1)]?.workloads.CALLER_NOT_ALLOWED ?? [];
      const place = `${hostOf(service)}:${deploymentNamed(service).ports[0]?.number}`;
      return [workload, own?.name ?? workload, path, place, own && !kept.includes(workload) ? 'in' : 'out'].join('\t');
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(conformanceLines().join('\n'));
