// A bank in pods as tests of a bank know one.
import { type Identities, testIdentities } from '#chassis/testing/identities.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { type Bank, type BankOptions, bankOf } from '../../../services/_testbed/bank.ts';
import { services } from '../../../services/_testbed/services.ts';
import { deploymentNamed, deployments } from '../workloads.ts';
import type { PodBank } from './pods.ts';

/**
 * A bank in these pods: `anew`, one of its own, and else the one that runs. Whoever calls its services comes from outside with a
 * certificate, as no program of it does.
 */
export async function bankIn(pods: PodBank, options: BankOptions, { anew }: { anew: boolean }): Promise<Bank> {
  const { services: some, edge = true, environment: more = {} } = options;
  const chosen = services.filter(({ name }) => some?.includes(name) ?? true);
  if (anew) await pods.begin(more, { services: chosen, edge });
  else if (some || !edge) throw new Error('the bank that runs is whole');
  const addresses = services.map(({ name }) => [
    `${name.toUpperCase()}_ADDRESS`,
    `${pods.addressOf(name)}:${deploymentNamed(name).ports[0]?.number}`,
  ]);
  const environment = { ...pods.environment(), ...Object.fromEntries(addresses) };
  const certificates = { CERTIFICATES_DIR: pods.identities, WORKLOAD_IDENTITY: 'mtls' };
  return bankOf({
    chosen,
    environment,
    identities: inMesh(await testIdentities({ ...environment, ...certificates })),
    databases: pods.databases(),
    edge: () => pods.front,
    stop: async () => (anew ? pods.endBank() : undefined),
  });
}

/** A service is known by what it runs as, which in a pod is one name whatever it calls as. */
function inMesh(identities: Identities): Identities {
  return {
    of(workload) {
      const own = identities.of(workload);
      const runsAs = (service: Workload) => deployments.find(({ name }) => name === service)?.identity ?? service;
      return { ...own, channel: (to) => own.channel(runsAs(to)) };
    },
    close: identities.close,
  };
}
