// The frame of a journey: a whole bank, doors into it, and after every test the laws of its ledger.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Bank, type BankOptions, useBank } from '../bank.ts';
import { checkLaws } from '../laws.ts';
import { services } from '../services.ts';
import { type Door, openDoor, PROTOCOLS, type Protocol } from './doors.ts';

/** A bank for the tests of a `describe`, with a door in each protocol. Used inside tests and hooks only. */
export interface Journey {
  bank(): Bank;
  door(protocol: Protocol): Door;
  /** Where its bus is; undefined where there is none. */
  busUrl(): string | undefined;
}

/** A bank as options say; `bus`: with a bus of its own for its events, where the launcher of the tests found a server. */
export interface JourneyOptions extends BankOptions {
  readonly bus?: boolean;
}

/** Starts a bank for the tests of a `describe`. After each that has moved the ledger, the laws of the ledger must hold. */
export function useJourney(options: JourneyOptions = {}): Journey {
  let bus: TestBus | undefined;
  before('starts the bus', async () => {
    if (options.bus && process.env['NATS_URL']) bus = await startTestBus();
  });
  const bank = useBank({
    // Told when the bank starts: what hooks before it made is known then.
    get environment() {
      return { ...options.environment, ...(bus && { NATS_URL: bus.url }) };
    },
  });
  const doors = new Map<Protocol, Door>();
  before('opens the doors', () => {
    for (const protocol of PROTOCOLS) doors.set(protocol, openDoor(bank().edge, protocol));
  });
  let stood = '';
  afterEach('the laws of the ledger hold', async () => {
    const stands = await standingOf(bank());
    if (stands === stood) return;
    await checkLaws(bank().database('ledger').superuserUrl);
    stood = stands;
  });
  after('closes the doors, and stops the bus', async () => {
    for (const door of doors.values()) door.close();
    await bus?.stop();
  });
  return {
    bank,
    door(protocol) {
      const door = doors.get(protocol);
      if (!door) throw new Error('doors are open inside tests and hooks only');
      return door;
    },
    busUrl: () => bus?.url,
  };
}

/** How far the ledger has come: where it is the same as before, nothing was posted, held or told since. */
async function standingOf(bank: Bank): Promise<string> {
  const standing = await bank.database('ledger').query(`
    select (select max(no) from journal) as journal, (select max(no) from hold_step) as step,
      (select count(*) from block) as blocks, (select count(*) from outbox) as events`);
  return JSON.stringify(standing);
}

/**
 * What a bank keeps: of every table of every service, how many rows and a hash of them, once transaction has told account what lines say,
 * which it does behind its answers. Leases of lanes are left out, which run on by themselves.
 */
export async function stateOf(
  bank: Bank,
  { without = [] }: { without?: readonly string[] } = {},
): Promise<Record<string, string>> {
  await untilTold(bank);
  const parts = services.map(async ({ name: service }) => {
    const database = bank.database(service);
    // In one statement, planned once, since much depends on it and it is asked often.
    const hashes = (await tablesOf(database, [...without, 'lane'])).map(
      (name) =>
        `select '${name}' as name, count(*) || ' rows, ' || sum(hashtextextended(t::text, 0)) as state from "${name}" t`,
    );
    const rows = await database.queryOften<{ name: string; state: string }>(hashes.join(' union all '));
    return rows.map(({ name, state }) => [`${service}.${name}`, state]);
  });
  return Object.fromEntries((await Promise.all(parts)).flat());
}

/** What of a bank is no longer what it was, each as `service.table: before, now after`: a test that fails names it. */
export function changesOf(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  const tables = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...tables].filter((it) => before[it] !== after[it]).map((it) => `${it}: ${before[it]}, now ${after[it]}`);
}

async function untilTold(bank: Bank): Promise<void> {
  const untold = 'select from untold_particulars limit 1';
  while ((await bank.database('transaction').queryOften(untold)).length > 0) await pause(20);
}

/** Whom the bank refuses something has a key, under which it is recorded: makes those of the staff of the tests ahead. */
export async function makeKeysOfStaff(bank: Bank): Promise<void> {
  const roles = Object.keys(StaffRole).filter((role) => role !== 'UNSPECIFIED');
  const partyIds = roles.map((role) => `stf_${role.toLowerCase()}`);
  await bank.as(SecurityService, 'ledger').getDataKeys({ partyIds });
}

/** Every row of every table of every service as PostgreSQL writes it, in order; by `service.table`. */
export async function dumpOf(
  bank: Bank,
  { without = [] }: { without?: readonly string[] } = {},
): Promise<Map<string, string[]>> {
  const dump = new Map<string, string[]>();
  for (const { name: service } of services) {
    const database = bank.database(service);
    for (const name of await tablesOf(database, without)) {
      const rows = await database.query<{ row: string }>(`select t::text as row from "${name}" t order by t::text`);
      dump.set(
        `${service}.${name}`,
        rows.map(({ row }) => row),
      );
    }
  }
  return dump;
}

/** The tables of a service in order, each with all its partitions. */
async function tablesOf(database: TestDatabase, without: readonly string[]): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select relname::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and not relname = any($1) order by 1`,
    [without],
  );
  return tables.map(({ name }) => name);
}

/** Whether a program can be run by its name. */
export function onPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, program)));
}
