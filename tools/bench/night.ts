// `npm run -s bench:night`: the end of a day of a bank whose accounts all earn interest, get it posted and are sent a statement of it; and
// beside the accrual, one plain SQL UPDATE of the same rows. docs/bench.md says how.
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '#chassis/id.ts';
import { BACK_OFFICE, counter, listAt, owner, textAt } from '../../services/_testbed/journeys/counter.ts';
import { type Door, openDoor } from '../../services/_testbed/journeys/doors.ts';
import { checkLaws } from '../../services/_testbed/laws.ts';
import { checkoutRoot } from '../platform/paths.ts';
import { makeScratch, removeScratch } from '../platform/scratch.ts';
import { type BenchBank, startBank } from './bank.ts';
import { withClient } from './client.ts';
import { addAccounts } from './many-accounts.ts';
import { payIn } from './population.ts';
import { readNightSettings } from './settings.ts';
import { processorSeconds } from './usage.ts';

const POLL_MS = 50;
/** The steps that have something to do for every account. */
const DONE_OF_ALL = ['accrue-interest', 'post-interest', 'make-statements'];
/** The first one begins the rows of what is kept of interest; the second is one like all that follow. */
const NIGHTS = 2;

const began = performance.now();
const say = (text: string): void =>
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`.padStart(6), text);

await bench();

async function bench(): Promise<void> {
  const { NIGHT_ACCOUNTS: accounts } = readNightSettings(process.env);
  const directory = await makeScratch();
  try {
    const bank = await startBank(directory);
    try {
      say(`opening ${accounts} accounts`);
      const door = openDoor(bank.edge, 'gRPC');
      await populate(bank, door, accounts);
      const nights: StepTimes[] = [];
      for (let night = 1; night <= NIGHTS; night += 1) {
        nights.push(await endDay(bank, door));
        say(`night ${night}: ${JSON.stringify(nights.at(-1))}`);
      }
      await checkDone(bank, accounts);
      door.close();
      const plain = await plainUpdate(bank, accounts);
      const accrual = nights.at(-1)?.['accrue-interest'] ?? 0;
      await write({
        accounts,
        seconds: Object.fromEntries(nights.map((steps, index) => [`night_${index + 1}`, steps])),
        per_second: Object.fromEntries(
          DONE_OF_ALL.map((step) => [step, Math.round(accounts / (nights.at(-1)?.[step] ?? Number.NaN))]),
        ),
        plain_update_seconds: rounded(plain),
        accrual_to_plain_update: rounded(accrual / plain),
        machine: { cores: cpus().length },
      });
    } finally {
      await bank.stop();
    }
  } finally {
    await removeScratch(directory);
  }
}

async function populate(bank: BenchBank, door: Door, accounts: number): Promise<void> {
  const productId = newId('prd');
  await door.call(BACK_OFFICE, 'account.CreateProduct', {
    requestId: randomUUID(),
    productId,
    type: 'PRODUCT_TYPE_SAVINGS',
    currencyCode: 'CZK',
    displayName: 'Savings account CZK',
    terms: {
      interest: {
        dayCount: 'DAY_COUNT_ACT_365F',
        basis: 'INTEREST_BASIS_DAILY',
        tierMethod: 'TIER_METHOD_SLICED',
        tiers: [{ ratePercent: '2.5' }, { from: { currencyCode: 'CZK', amount: '500000' }, ratePercent: '1.25' }],
        compounding: 'INTEREST_PERIOD_DAILY',
        posting: 'INTEREST_PERIOD_DAILY',
        withholdingTaxPercent: '15',
        postingRounding: 'ROUNDING_HALF_EVEN',
        taxRounding: 'ROUNDING_DOWN',
      },
    },
  });
  const at = counter(door);
  const first = await at.open('INDIVIDUAL', productId, [owner(await at.person('Jana', 'Novotna'))]);
  const { account } = await door.call(BACK_OFFICE, 'account.GetAccount', { accountId: first.accountId });
  const etag = textAt({ account: account ?? null }, 'account', 'etag');
  await door.call(BACK_OFFICE, 'account.UpdateAccount', {
    requestId: randomUUID(),
    accountId: first.accountId,
    etag,
    updateMask: 'statementFrequency',
    statementFrequency: 'STATEMENT_FREQUENCY_PER_TRANSACTION',
  });
  // Each of a customer of its own, whose key seals what is personal.
  const added = await addAccounts(bank, 1, accounts, () => newId('cus'));
  await payIn(bank, [first.accountId, ...added]);
}

/** How long each step took, in seconds, by its name. */
type StepTimes = Record<string, number>;

/** Ends the open day, and answers how long its steps took. */
async function endDay(bank: BenchBank, door: Door): Promise<StepTimes> {
  const openDate = textAt(await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {}), 'openDate');
  await door.call(BACK_OFFICE, 'ledger.AdvanceBusinessDate', { requestId: randomUUID(), openDate });
  const times: StepTimes = {};
  let before = Date.now();
  let used = processorSeconds(bank.pids);
  for (let isDone = false; !isDone; ) {
    await sleep(POLL_MS);
    const [day] = listAt(await door.call(BACK_OFFICE, 'ledger.GetEndOfDay', {}), 'days');
    const steps = day ? listAt(day, 'steps').filter(({ service }) => service === 'account') : [];
    isDone = steps.length > 0 && steps.every(({ state }) => state === 'DAY_STEP_STATE_DONE');
    for (const step of steps) {
      const name = textAt(step, 'name');
      if (step['state'] !== 'DAY_STEP_STATE_DONE' || times[name] !== undefined) continue;
      const ended = Date.parse(textAt(step, 'endTime'));
      times[name] = rounded((ended - before) / 1_000);
      before = ended;
      const after = processorSeconds(bank.pids);
      const busy = mapped(after, (seconds) => seconds);
      for (const process of Object.keys(busy)) busy[process] = rounded((after[process] ?? 0) - (used[process] ?? 0));
      say(`${name}: ${times[name]} s, of the processor ${JSON.stringify(busy)}`);
      used = after;
    }
  }
  await door.call(BACK_OFFICE, 'ledger.CloseBusinessDate', { requestId: randomUUID(), closingDate: openDate });
  return times;
}

/** Every night of every account was accrued and posted once, and every day told. */
async function checkDone(bank: BenchBank, accounts: number): Promise<void> {
  const { rows } = await withClient(bank.superuserUrl('account'), (client) =>
    client.query(`
      select (select count(distinct accrued_through) from interest_account) as days,
        (select count(*) from interest_account) as accrued,
        (select count(*) from interest_posting where state = 'posted') as posted,
        (select count(*) from statement) as told, (select count(*) from set_aside) as aside
    `),
  );
  const wanted = { days: 1, accrued: accounts, posted: accounts * NIGHTS, told: accounts * NIGHTS, aside: 0 };
  const [found] = rows.map((row) => mapped(row, Number));
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`not all was done once: ${JSON.stringify(found)}`);
  await checkLaws(bank.superuserUrl('ledger'));
}

/** One UPDATE of as many rows of the same table, with the same values written, in seconds. */
async function plainUpdate(bank: BenchBank, accounts: number): Promise<number> {
  return withClient(bank.superuserUrl('account'), async (client) => {
    await client.query('create table plain_interest (like interest_account including all) with (fillfactor = 45)');
    await client.query('insert into plain_interest select * from interest_account');
    await client.query('vacuum analyze plain_interest');
    await client.query('checkpoint');
    const from = performance.now();
    const { rowCount } = await client.query(`
      update plain_interest set accrued_through = accrued_through + 1, balance = balance + 1, balance_sum = balance_sum + balance,
        nights = nights + 1, weight = weight + 1, period_earned = round(balance * 2.5 / 36500, 10),
        earned = earned + round(balance * 2.5 / 36500, 10)
    `);
    if (rowCount !== accounts) throw new Error(`${rowCount} rows were updated`);
    return (performance.now() - from) / 1_000;
  });
}

function mapped<T, R>(object: Readonly<Record<string, T>>, to: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, to(value)]));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

async function write(report: object): Promise<void> {
  const text = JSON.stringify(report, null, 2);
  await mkdir(path.join(checkoutRoot(), 'bench'), { recursive: true });
  await writeFile(path.join(checkoutRoot(), 'bench', 'night.json'), `${text}\n`);
  console.log(text);
}
