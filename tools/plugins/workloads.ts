// Who may call whom in the bank, stated once as data. The generator holds every rule of the contract to it.

const layers = ['transaction', 'loan', 'forex'];
const belowAccount = ['customer', 'integration', 'security'];
const readers = ['customer', 'account', 'security'];

/** The services that each workload may call. A workload that is not named here may call nobody. */
export const mayCall: Readonly<Record<string, readonly string[]>> = {
  // Only the edge calls reporting; audit and notification, also who executes what two officers have decided.
  edge: [...layers, 'account', ...belowAccount, 'ledger', 'notification', 'audit', 'reporting'],
  // Parts of security and integration with their own identity, so that what they call makes no cycle.
  'security-executor': [...layers, 'account', ...belowAccount, 'ledger', 'notification', 'audit'],
  'integration-inbound': [...layers, 'account', ...belowAccount, 'ledger'],
  transaction: ['account', ...belowAccount, 'ledger'],
  loan: ['account', ...belowAccount, 'ledger'],
  forex: ['account', ...belowAccount, 'ledger'],
  account: [...belowAccount, 'ledger'],
  customer: ['integration', 'security'],
  // For the keys that verify tokens, and those of parties whose commands it records: no posting waits for them.
  ledger: ['security'],
  integration: ['security'],
  notification: readers,
  audit: readers,
  reporting: readers,
};

/**
 * The services whose events each workload may hear; `*` for all that there are, itself among them. A workload that is not named
 * here hears nobody.
 */
export const mayHear: Readonly<Record<string, readonly string[] | '*'>> = {
  // Which sessions are over.
  edge: ['security'],
  // What is paid to whom, and who was merged into whom.
  security: ['customer', 'transaction'],
  // Which payments enough have signed, and who was merged into whom.
  transaction: ['account', 'customer'],
  // Who represents whom.
  account: ['customer'],
  customer: ['security'],
  // Which payments of files died before they left the bank.
  integration: ['transaction'],
  notification: ['account', 'customer', 'ledger', 'security', 'transaction'],
  audit: '*',
};

/** The package of what every service answers about itself, for those who call for a principal: it is no workload. */
export const everyService = 'operations';

/** The workloads that call for a principal: only they are held to the grants. */
export const principalCallers: readonly string[] = ['edge', 'security-executor'];

/**
 * The first cycle in a graph of workloads (who calls whom), as the list of its nodes with the first one repeated at
 * the end; undefined when there is none.
 */
export function findCycle(calls: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  for (const start of [...calls.keys()].sort()) {
    const cycle = walk(calls, [start], done);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  return undefined;
}

function walk(
  calls: ReadonlyMap<string, ReadonlySet<string>>,
  path: string[],
  done: Set<string>,
): string[] | undefined {
  const here = path.at(-1) ?? '';
  if (path.indexOf(here) < path.length - 1) {
    return path.slice(path.indexOf(here));
  }
  if (done.has(here)) {
    return undefined;
  }
  for (const next of [...(calls.get(here) ?? [])].sort()) {
    const cycle = walk(calls, [...path, next], done);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  done.add(here);
  return undefined;
}
