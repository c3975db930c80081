// The workloads of a bank under test, each with a certificate of the bank's own development CA.

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Workload } from '#gen/bank/rules.ts';
import { developmentCertificates } from '../../../tools/platform/development-ca.ts';
import { readConfig } from '../config.ts';
import { certificatesDirectory, type Identity, openIdentity } from '../identity.ts';
import { makeLog } from '../log.ts';

/** Where a process of tests keeps its certificates: made once, as a dozen of them take longer than a service to start. */
export const TEST_CERTIFICATES = path.join(tmpdir(), `corebank-certificates-${process.pid}`);
process.once('exit', () => rmSync(TEST_CERTIFICATES, { recursive: true, force: true }));

/** By their directory. */
const made = new Map<string, Promise<void>>();

/** The identities of all workloads, opened when they are first asked for. */
export interface Identities {
  of(workload: Workload): Identity;
  close(): void;
}

/** Makes the certificates of a bank with this configuration, where they are missing. */
export async function testIdentities(environment: NodeJS.ProcessEnv): Promise<Identities> {
  const config = readConfig(environment);
  const directory = path.dirname(certificatesDirectory(config, 'edge'));
  const making = made.get(directory) ?? developmentCertificates(config);
  made.set(directory, making);
  await making;
  const opened = new Map<Workload, Identity>();
  return {
    of(workload) {
      const identity = opened.get(workload) ?? openIdentity(config, workload, makeLog(workload, 'silent'));
      opened.set(workload, identity);
      return identity;
    },
    close() {
      for (const identity of opened.values()) identity.close();
    },
  };
}
