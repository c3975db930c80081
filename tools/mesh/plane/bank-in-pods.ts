// A bank in pods as tests of a bank know one, and the tests of other files that are run against it.

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { testIdentities } from '#chassis/testing/identities.ts';
import { type Bank, type BankOptions, bankOf } from '../../../services/_testbed/bank.ts';
import { services } from '../../../services/_testbed/services.ts';
import { checkoutRoot } from '../../platform/paths.ts';
import { deploymentNamed } from '../workloads.ts';
import type { PodBank } from './pods.ts';

/** The bank that runs in these pods. Whoever calls its services comes from outside with a certificate, as no program of it does. */
export async function bankIn(pods: PodBank, { services: some = [] }: BankOptions): Promise<Bank> {
  if (some.length > 0) throw new Error('pods have the whole bank');
  const addresses = services.map(({ name }) => [
    `${name.toUpperCase()}_ADDRESS`,
    `${pods.addressOf(name)}:${deploymentNamed(name).ports[0]?.number}`,
  ]);
  const environment = { ...pods.environment(), ...Object.fromEntries(addresses) };
  const certificates = { CERTIFICATES_DIR: pods.identities, WORKLOAD_IDENTITY: 'mtls' };
  return bankOf({
    chosen: services,
    environment,
    identities: await testIdentities({ ...environment, ...certificates }),
    databases: pods.databases(),
    edge: () => pods.front,
    // Its pods go on, and their next bank ends this one.
    stop: async () => undefined,
  });
}

/** What a file of tests declares at its top. */
export interface Declared {
  readonly title: string;
  readonly body: (this: Mocha.Suite) => void;
}

/** Reads what files of tests declare, so that it can be declared within another suite: the same code, once more. */
export async function declaredIn(files: readonly string[]): Promise<readonly Declared[]> {
  const declared: Declared[] = [];
  const { describe: own } = globalThis;
  const collect = (title: string, body: Declared['body']) => void declared.push({ title, body });
  Reflect.set(globalThis, 'describe', collect);
  try {
    for (const file of files) await import(`${pathToFileURL(path.join(checkoutRoot(), file)).href}?once-more`);
  } finally {
    Reflect.set(globalThis, 'describe', own);
  }
  return declared;
}
