// What `make run` tells a newcomer: where everything is.
import type { Running } from '#chassis/boot.ts';
import type { Postgres } from '../../tools/platform/postgres.ts';
import type { RunningEdge } from '../edge/service.ts';

/** A bank that runs, as far as it is to be told where it is. */
export interface Places {
  readonly edge: RunningEdge | undefined;
  readonly services: readonly Running[];
  readonly environment: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly postgres: Postgres | undefined;
  readonly natsUrl: string;
  readonly sample: string | undefined;
  /** Where the scheme simulator is, if there is one. */
  readonly simulator: string | undefined;
}

/** The table of where everything is, and the first call to make. Holds no password. */
export function places(bank: Places): string {
  const { edge, services, environment, dataDir, postgres, natsUrl, sample, simulator } = bank;
  const rows: [string, string][] = [];
  if (edge) {
    rows.push(['edge: Connect and gRPC-Web', `http://127.0.0.1:${edge.httpPort}`]);
    rows.push(['edge: gRPC', `127.0.0.1:${edge.grpcPort}`]);
  }
  for (const { name, port } of services) rows.push([`${name}: gRPC, inside only`, `127.0.0.1:${port}`]);
  rows.push(['PostgreSQL', postgres ? `127.0.0.1:${postgres.port}` : 'as the environment says']);
  rows.push(['NATS', natsUrl]);
  if (simulator) rows.push(['scheme simulator: other banks', simulator]);
  rows.push(['logs', environment['LOG_FILE'] ?? '']);
  rows.push(['data', dataDir]);
  if (sample) rows.push(['sample data', sample]);
  const width = Math.max(...rows.map(([what]) => what.length));
  const lines = rows.map(([what, where]) => `  ${what.padEnd(width)}  ${where}`);
  return [...lines, ...(edge ? firstCall(edge) : []), '  Ctrl-C stops it.'].join('\n');
}

function firstCall({ httpPort }: RunningEdge): string[] {
  const url = `http://127.0.0.1:${httpPort}`;
  const json = `-H 'content-type: application/json'`;
  return [
    '',
    '  A token in this development bank, for staff:<role>, customer:<id> or partner:<name>, and a first call:',
    '',
    `    TOKEN=$(curl -s ${url}/dev/token ${json} -d '{"subject": "staff:teller"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `    curl -s ${url}/bank.ledger.v1.LedgerService/GetBusinessDate ${json} -H "authorization: Bearer $TOKEN" -d '{}'`,
    '',
  ];
}
