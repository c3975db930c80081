// The users of NATS: one for each workload that publishes or hears events, who may do what its own events need.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { nkeys } from 'nats';
import { natsKeyFile } from '#chassis/bus.ts';
import { type BusRights, rightsOfFollower, rightsOfService } from '#chassis/bus-rights.ts';
import { published } from '#chassis/services.ts';
import type { Workload } from '#gen/bank/rules.ts';

/** A user of NATS: whoever has the seed to its public key. */
export interface NatsUser {
  readonly publicKey: string;
  readonly rights: BusRights;
}

/** What each workload may do on the bus. */
export function busRights(): ReadonlyMap<Workload, BusRights> {
  const services = published.map(({ name }): [Workload, BusRights] => [name, rightsOfService(name)]);
  return new Map<Workload, BusRights>([...services, ['edge', rightsOfFollower('edge')]]);
}

/** The users of a bank whose keys are in `directory`; those that are missing are made. */
export function natsUsers(directory: string): NatsUser[] {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return [...busRights()].map(([workload, rights]) => {
    const file = natsKeyFile(directory, workload);
    if (!existsSync(file)) writeFileSync(file, nkeys.createUser().getSeed(), { mode: 0o600 });
    return { publicKey: nkeys.fromSeed(readFileSync(file)).getPublicKey(), rights };
  });
}

/** The users as NATS reads them in its configuration. */
export function usersText(users: readonly NatsUser[]): string {
  const list = (subjects: readonly string[]) => subjects.map((subject) => JSON.stringify(subject)).join(', ');
  const lines = users.map(
    ({ publicKey, rights: { publish, publishDenied, subscribe } }) =>
      `    { nkey: ${publicKey}, permissions: { publish: { allow: [${list(publish)}], deny: [${list(publishDenied)}] }, ` +
      `subscribe: [${list(subscribe)}] } }`,
  );
  return ['authorization {', '  users: [', ...lines, '  ]', '}', ''].join('\n');
}
