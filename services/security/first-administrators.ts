// The first two administrators of a bank: everybody else is registered by two who are there already.
import { parseArgs } from 'node:util';
import { ownCall } from '#chassis/call-context.ts';
import { readConfig } from '#chassis/config.ts';
import { openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import { ownVault } from './data-keys.ts';
import { newEnrolmentCode } from './enrolment.ts';
import { firstAdministratorRegistered } from './events.ts';
import { sealName } from './staff.ts';
import { insertStaffMember, type StaffRow, selectStaffMembers } from './staff-tables.ts';
import { lockHash, putCode } from './tables.ts';

const USE = "use: main.ts first-administrators --branch BRANCH --name 'ONE' --name 'THE OTHER'";

/**
 * `first-administrators`, for an operator: registers two administrators and answers, for people to read, the codes with which they register
 * their credentials. It works once, while the bank has had no staff at all. Throws a sentence when it has, or when the words are wrong.
 */
export async function registerFirstAdministrators(words: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({
    args: words,
    options: { branch: { type: 'string' }, name: { type: 'string', multiple: true } },
  });
  const { branch: branchId, name: names = [] } = values;
  if (!branchId || names.length !== 2 || names.includes('')) throw new Error(USE);
  const config = readConfig(environment);
  if (config.SECURITY_DATABASE_URL === '') throw new Error('first-administrators: SECURITY_DATABASE_URL is required');
  const log = makeLog('security', config.LOG_LEVEL, config.LOG_FILE);
  await using database = await openDatabase({
    url: config.SECURITY_DATABASE_URL,
    service: 'security',
    entities: [],
    poolMax: 1,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    log,
  });
  const context = { vault: await ownVault({ config, database, log }), now: () => new Date() };
  const administrators = await Promise.all(names.map((name) => anAdministrator(context, branchId, name)));
  await database.transaction(async (tx) => {
    // Two operators at once: the second waits, and finds them registered.
    await tx.query(lockHash(context.vault.hash('security.first-administrators', '')));
    const there = await tx.query(selectStaffMembers('', 1));
    if (there.length > 0)
      throw new Error('first-administrators: the bank has staff already; administrators register more');
    for (const { row, code } of administrators) {
      await tx.query(insertStaffMember(row));
      await tx.query(putCode({ partyId: row.id, ...code }));
    }
    const call = ownCall('security', log);
    await tx.query(insertOutbox(administrators.map(({ row }) => firstAdministratorRegistered(row, call))));
  });
  return administrators
    .map(({ row, name, code }) => `${row.id} ${name}: ${code.enrolmentCode}, until ${code.expireTime.toISOString()}`)
    .join('\n');
}

async function anAdministrator(
  context: Parameters<typeof newEnrolmentCode>[0],
  branchId: string,
  name: string,
): Promise<{ row: StaffRow; name: string; code: ReturnType<typeof newEnrolmentCode> }> {
  const id = newId('stf');
  const displayName = await sealName(context, id, name);
  const row = { id, displayName, branchId, roles: ['ADMINISTRATOR'], state: 'active', version: 1 } as const;
  return { row, name, code: newEnrolmentCode(context) };
}
