import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Client } from '#chassis/call.ts';
import { deriveId } from '#chassis/id.ts';
import { localObjectStore } from '#chassis/object-store.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { cases, PROOF } from '#chassis/testing/property.ts';
import { staff } from '#chassis/testing/service.ts';
import { MaturityInstruction, StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { decimal } from '#rules/decimal.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { type Bank, startBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { anOpening, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { account } from './service.ts';
import { aBusyProduct, aProduct, daysOf, transferAmong } from './testing-days.ts';
import { aTermProduct } from './testing-deposits.ts';
import { checkTies, download, readStatement } from './testing-statements.ts';

const KILLS = PROOF ? 20 : 2;
/** Of the other test: how many accounts, and how often the service is killed in the end of each day. */
const ACCOUNTS = 12;
const KILLS_A_DAY = PROOF ? 5 : 2;
const DAYS = PROOF ? 4 : 1;
/** Within so long of the turn of a day, or of the start after the last one, it is killed. */
const KILLED_WITHIN_MS = 1_200;
const POLL_MS = 20;

describe('the end of a day whose process is killed', function suite() {
  this.timeout(PROOF ? 900_000 : 300_000);
  let bank: Bank;
  let database: TestDatabase;
  let client: Client<typeof AccountService>;
  let environment: NodeJS.ProcessEnv;
  let running: ServiceProcess;

  const restart = async (): Promise<void> => {
    await running.kill();
    running = await startServiceProcess('account', environment);
  };

  before(async () => {
    bank = await startBank({ edge: false, services: ['ledger', 'customer'] });
    database = await cloneDatabase(account);
    const port = await randomFreePort();
    environment = { ...bank.environment, ACCOUNT_DATABASE_URL: database.runtimeUrl, ACCOUNT_PORT: String(port) };
    running = await startServiceProcess('account', environment);
    const at = { service: AccountService, audience: 'account' as const, address: `127.0.0.1:${port}` };
    client = asPrincipal({ ...at, issuer: bank.issuer, identity: bank.identity }, staff('BACK_OFFICE'));
  });
  after(async () => {
    client?.close();
    await running?.kill('SIGTERM');
    await database?.drop();
    await bank?.stop();
  });

  it('is gone on with: every night accrued and posted once, every day stated once, as if nothing had happened', async () => {
    const { balance, endDay, pay, today } = daysOf(bank);
    const productId = await aProduct(client);
    const owner = await registerPerson(bank);
    const ids: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      const { account: opened } = await client.openAccount(
        anOpening({ owners: [owner], productId, statementFrequency: StatementFrequency.PER_TRANSACTION }),
      );
      ids.push(opened?.accountId ?? '');
      await pay({ accountId: ids.at(-1) ?? '' }, `${1_000 + count * 777}.77`);
    }
    const first = await today();
    const deposits = await openDeposits(first.add({ days: 1 }), owner, pay);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const ended = endDay();
      await sleep(Math.random() * 1_500);
      await restart();
      await ended;
    }
    const last = (await today()).subtract({ days: 1 });
    const nights = first.until(last).days + 1;
    expect(nights).to.equal(KILLS);
    const [row] = await database.query<{
      behind: number;
      posted: number;
      refused: number;
      aside: number;
      owed: string;
    }>(`
      select (select count(*)::int from interest_account where accrued_through <> '${last.toString()}') as behind,
        (select count(*)::int from interest_posting where state = 'posted') as posted,
        (select count(*)::int from interest_posting where state <> 'posted') as refused,
        (select count(*)::int from set_aside) as aside,
        (select round(sum(earned), 2) - sum(posted) from interest_account)::text as owed
    `);
    expect(row).to.deep.include({ behind: 0, posted: KILLS * ids.length + deposits.count, refused: 0, aside: 0 });
    expect(decimal((await balance('lac_accrued_interest_eur')) ?? '0').toFixed()).to.equal(
      decimal(row?.owed ?? '').toFixed(),
    );
    await checkStatements(ids);
    await checkLaws(bank.database('ledger').superuserUrl);
    // Each deposit ended once, with a night's interest: half of them on the account of their owner, half as new deposits.
    const open = await database.query<{ id: string; matures: boolean }>(
      `select id, maturity_date is not null as matures from account
        where close_date is null and (maturity_date is not null or id = $1)`,
      [deposits.currentId],
    );
    const sums = await Promise.all(open.map(async ({ id, matures }) => [matures, await balance(deriveId('lac', id))]));
    expect(sums).to.have.deep.members([
      [false, '3002.55'],
      ...Array.from({ length: deposits.count / 2 }, () => [true, '1000.85']),
    ]);
  });

  it('comes to what it comes to when nobody is killed, with transfers going on all the while', async () => {
    const { seed, numRuns: days } = cases(DAYS, DAYS);
    const owner = await registerPerson(bank);
    const productId = await aBusyProduct(client);
    const open = async (): Promise<string[]> => {
      const ids: string[] = [];
      const terms = { owners: [owner], productId, statementFrequency: StatementFrequency.PER_TRANSACTION };
      for (let count = 0; count < ACCOUNTS; count += 1) {
        const { account: opened } = await client.openAccount(anOpening(terms));
        ids.push(opened?.accountId ?? '');
        await daysOf(bank).pay({ accountId: ids.at(-1) ?? '' }, `${1_000 + count * 777}.77`);
      }
      return ids;
    };
    const instants = fc.sample(fc.nat(KILLED_WITHIN_MS), { seed, numRuns: days * KILLS_A_DAY });
    const killed = await live(await open(), days, instants);
    const unkilled = await live(await open(), days, []);
    expect(killed).to.deep.equal(unkilled);
    expect(await database.query('select * from set_aside')).to.deep.equal([]);
    await checkLaws(bank.database('ledger').superuserUrl);
  });

  /** Lets accounts live for some days with transfers among them, and answers what became of each; in the ends of the days the service is killed. */
  async function live(ids: readonly string[], days: number, instants: readonly number[]) {
    const { endDay, balance, today } = daysOf(bank);
    const kills = [...instants];
    for (let day = 0; day <= days; day += 1) {
      const closing = await today();
      const ended = endDay();
      // What is booked from now on is of the day that opens.
      while ((await today()).equals(closing)) await sleep(POLL_MS);
      const transfers = transferAmong(bank, ids, day);
      for (let kill = 0; kill < KILLS_A_DAY && day < days && kills.length > 0; kill += 1) {
        await sleep(kills.shift() ?? 0);
        await restart();
      }
      await Promise.all([ended, transfers]);
    }
    const rows = await database.query<{ id: string }>(
      `select i.account_id as id, i.earned::text, i.posted::text, i.nights,
        (select sum(p.gross - p.tax)::text from interest_posting p where p.account_id = i.account_id and p.state = 'posted') as paid,
        (select json_agg(json_build_array(f.amount, f.average_balance, f.state) order by f.to_date) from fee f where f.account_id = i.account_id) as fees,
        (select json_agg(json_build_array(s.opening_balance, s.closing_balance, s.line_count) order by s.number)
          from statement s where s.account_id = i.account_id) as statements
      from interest_account i where i.account_id = any($1)`,
      [ids],
    );
    const byId = new Map(rows.map(({ id, ...row }) => [id, row]));
    return Promise.all(ids.map(async (id) => ({ ...byId.get(id), booked: await balance(deriveId('lac', id)) })));
  }

  /** Interest was posted at the end of each day: each is on the statement of that day, there is one document for each, and it is what was hashed. */
  async function checkStatements(ids: readonly string[]): Promise<void> {
    const rows = await database.query<{ accountId: string; days: number; key: string; digest: Buffer; lines: number }>(`
      select account_id as "accountId", to_date - from_date + 1 as days, object_key as key, digest, line_count as lines from statement
    `);
    const daily = rows.filter(({ accountId }) => ids.includes(accountId));
    expect(daily).to.have.length(KILLS * ids.length);
    expect(daily.filter(({ days, lines }) => days !== 1 || lines === 0)).to.deep.equal([]);
    const objects = localObjectStore(path.join(bank.environment['DATA_DIR'] ?? '', 'objects'));
    const keys = await objects.list('account/statements/', { limit: 10_000 });
    expect(keys.toSorted()).to.deep.equal(rows.map(({ key }) => key).toSorted());
    for (const accountId of ids.slice(0, 3)) {
      for (let statementNumber = 1; statementNumber <= KILLS; statementNumber += 1) {
        const json = await download(client, { accountId, statementNumber }, DocumentFormat.JSON);
        checkTies(readStatement(json));
      }
    }
  }

  /** Opens deposits that mature on a day, every other one to be renewed. */
  async function openDeposits(day: Temporal.PlainDate, owner: string, pay: ReturnType<typeof daysOf>['pay']) {
    const { account: current } = await client.openAccount(anOpening({ owners: [owner], productId: 'prd_current_eur' }));
    const currentId = current?.accountId ?? '';
    const productId = await aTermProduct(client);
    const count = 6;
    for (let index = 0; index < count; index += 1) {
      const maturityInstruction = index % 2 === 0 ? MaturityInstruction.PAY_OUT : MaturityInstruction.RENEW;
      const terms = { owners: [owner], productId, payoutAccountId: currentId, maturityInstruction };
      const { account: deposit } = await client.openAccount(anOpening(terms));
      await pay({ accountId: deposit?.accountId ?? '' }, '1000.00');
    }
    const superuser = await database.open('superuser');
    await superuser.query('update account set maturity_date = $1 where maturity_date is not null', [day.toString()]);
    await superuser.end();
    return { currentId, count };
  }
});
