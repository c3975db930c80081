import { randomInt } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Client } from '#chassis/call.ts';
import { newId } from '#chassis/id.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { holds, PROOF } from '#chassis/testing/property.ts';
import { refused, type ServiceUnderTest, staff, startTestService } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { ledger } from './service.ts';
import { journal, knownAt, useLedger } from './testing.ts';
import { blockOfOne, lastPlace, PLACE } from './testing-blocks.ts';

type Ledger = Client<typeof LedgerService>;

/** What was asked about the past, and answered. */
interface Asked {
  readonly valueDate: string;
  readonly known: number;
  readonly answer: readonly string[];
}

/** What became known, by a plain model: money from one account to another, and the day it counts. */
interface Fact {
  readonly from: number;
  readonly to: number;
  readonly cents: bigint;
  readonly valueDate: string;
  readonly known: number;
}

const ACCOUNTS = 3;
const QUESTIONS = 80;
const FIRST_DAY = Temporal.PlainDate.from('2026-01-01');
const dayOf = (days: number): string => FIRST_DAY.add({ days }).toString();
const days = fc.integer({ min: 0, max: 40 }).map(dayOf);

describe('The past of a ledger', () => {
  const bank = useLedger();
  let second: ServiceUnderTest<typeof LedgerService>;
  before(async () => {
    second = await startTestService(ledger, { beside: bank });
  });
  after(() => second.stop());
  const either = (): Ledger => (randomInt(2) === 0 ? bank : second).as('transaction');

  it('is what a plain model says, asked at once or again after everything else', async function agrees() {
    this.timeout(10 * 60_000);
    const place = fc.integer({ min: 0, max: ACCOUNTS - 1 });
    const step = fc.record({ from: place, to: place, cents: fc.bigInt({ min: 1n, max: 10_000n }), valueDate: days });
    const life = fc.array(fc.tuple(fc.array(step, { minLength: 1, maxLength: 4 }), days, fc.nat()), {
      minLength: 3,
      maxLength: 12,
    });
    const property = fc.asyncProperty(life, async (steps) => {
      const accounts = await openAccounts();
      const facts: Fact[] = [];
      const asked: Asked[] = [];
      for (const [moves, valueDate, dice] of steps) {
        const journals = moves.map(({ from, to, cents, valueDate: counts }) =>
          journal(accounts[from] ?? '', accounts[to] ?? '', euros(cents), { valueDate: counts }),
        );
        const { outcomes } = await either().postJournals({ journals });
        outcomes.forEach((outcome, index) => {
          const move = moves[index];
          if (move) facts.push({ ...move, known: knownAt(outcome) });
        });
        // At an instant of any journal so far, or right before it.
        const known = (facts[dice % facts.length]?.known ?? 0) - (dice % 2);
        const answer = await balances(either(), accounts, valueDate, known);
        expect(answer).to.deep.equal(expected(facts, valueDate, known));
        asked.push({ valueDate, known, answer });
      }
      for (const { valueDate, known, answer } of asked) {
        expect(await balances(either(), accounts, valueDate, known)).to.deep.equal(answer);
        expect(await listed(either(), accounts[0] ?? '', valueDate, known)).to.equal(answer[0]);
      }
    });
    await holds(property, { runs: 12, proofRuns: 300, shrink: false });
  });

  it('never changes, though it is asked about while two processes post', async function never() {
    this.timeout(10 * 60_000);
    const accounts = await openAccounts();
    const until = PROOF ? Date.now() + 60_000 : 0;
    const asked: Asked[] = [];
    const isEnough = (): boolean => asked.length >= QUESTIONS && Date.now() > until;
    let posted = 0;
    const writer = async (client: Ledger): Promise<void> => {
      while (!isEnough()) {
        const journals = Array.from({ length: randomInt(1, 40) }, () => {
          const from = randomInt(ACCOUNTS);
          const valueDate = dayOf(randomInt(41));
          return journal(accounts[from] ?? '', accounts[(from + 1) % ACCOUNTS] ?? '', '1.00', { valueDate });
        });
        posted += (await client.postJournals({ journals })).outcomes.length;
      }
    };
    const reader = async (client: Ledger): Promise<void> => {
      while (!isEnough()) {
        // The very present, which open batches may still belong to.
        const [valueDate, known] = [dayOf(randomInt(41)), Date.now()];
        asked.push({ valueDate, known, answer: await balances(client, accounts, valueDate, known) });
      }
    };
    const clients = [bank.as('transaction'), second.as('transaction')];
    await Promise.all(clients.flatMap((client) => [writer(client), writer(client), writer(client), reader(client)]));
    console.log(`      ${posted} journals posted, ${asked.length} questions asked again`);
    for (const { valueDate, known, answer } of asked) {
      expect(await balances(either(), accounts, valueDate, known), `known at ${known}`).to.deep.equal(answer);
      expect(await recomputed(accounts, valueDate, known), `known at ${known}`).to.deep.equal(answer);
    }
    await checkLaws(bank.database.superuserUrl);
  });

  it('waits for an open batch, which waits for nobody, and neither do the batches after it', async () => {
    const [alice = '', bob = '', carol = ''] = await openAccounts();
    const dora = await bank.cash();
    const open = await bank.database.open('runtime');
    try {
      await open.query('begin');
      await open.query('select from ledger_account where id in ($1, $2) for no key update', [alice, bob]);
      const { rows } = await open.query<{ time: Date }>('select take_known_time() as time');
      const known = rows[0]?.time.getTime() ?? 0;
      let answered = false;
      const reading = balances(bank.as('account'), [alice], '', known).finally(() => {
        answered = true;
      });
      expect(await bank.post([journal(carol, dora, '1.00')])).to.deep.equal(['posted']);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(answered).to.equal(false);
      // Who has little time is told so, and nothing else waits: an instant that is settled already, the present.
      const hasty = asPrincipal(
        {
          service: LedgerService,
          audience: 'ledger',
          address: bank.address,
          issuer: bank.issuer,
          identity: bank.identity,
        },
        staff('AUDITOR'),
        {
          deadlineMs: 300,
        },
      );
      const asked = { ledgerAccountIds: [alice], knownAt: timestampFromMs(known) };
      await refused(hasty.getBalances(asked), 'DEADLINE_PASSED');
      hasty.close();
      expect(await balances(bank.as('account'), [alice, carol], '')).to.deep.equal(['0.00', '1.00']);

      const id = newId('jnl');
      await open.query(blockOfOne());
      await open.query(
        `insert into journal (no, id, kind, value_date, booking_date, owner, leg_count, fingerprint, ${PLACE})
         select 1e12::bigint, $1, 'transfer', date, date, 'transaction', 2, '\\x00', place.*
         from business_day, (${lastPlace()}) place where state = 'open'`,
        [id],
      );
      await open.query(
        `insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date)
         select a.no, a.version + 1, j.no, case a.id when $2 then 0 else 1 end, s.amount, a.balance + s.amount,
           j.booking_date, j.value_date
         from journal j, ledger_account a, lateral (select case a.id when $2 then 700 else -700 end as amount) s
         where j.id = $1 and a.id in ($2, $3)`,
        [id, alice, bob],
      );
      await open.query(
        `insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope)
         values ($1, 'bank.ledger.v1.JournalPosted', $1, 1, '\\x00')`,
        [id],
      );
      await open.query('commit');
      expect(await reading).to.deep.equal(['7.00']);
      expect(await balances(bank.as('account'), [alice], '', known)).to.deep.equal(['7.00']);
      expect(await balances(bank.as('account'), [alice], '', known - 1)).to.deep.equal(['0.00']);
    } finally {
      await open.end();
    }
  });

  it('becomes known in the order of booking, though the clock of the database goes back', async () => {
    const [alice = '', bob = ''] = await openAccounts();
    // As it is left by a clock that ran ahead, and was set right; by more than the calls take on a busy machine.
    const [ahead] = await bank.database.query<{ time: Date }>(
      "insert into known_clock (xid, time) values (pg_current_xact_id(), date_trunc('milliseconds', clock_timestamp()) + interval '1500 ms') returning time",
    );
    const known: number[] = [];
    for (const client of [bank.as('transaction'), second.as('transaction'), bank.as('transaction')]) {
      const { outcomes } = await client.postJournals({ journals: [journal(alice, bob, '1.00')] });
      known.push(knownAt(outcomes[0]));
    }
    expect(known.toSorted((a, b) => a - b)).to.deep.equal(known);
    expect(known[0]).to.be.at.least(ahead?.time.getTime() ?? Number.POSITIVE_INFINITY);
    await refused(balances(bank.as('account'), [alice], '', known[2]), 'KNOWN_AT_IN_FUTURE');
    await new Promise((resolve) => setTimeout(resolve, (known[2] ?? 0) - Date.now() + 100));
    expect(await balances(bank.as('account'), [alice], '', known[2])).to.deep.equal(['3.00']);
  });

  it('keeps little of its clock, however long it runs', async () => {
    await bank.database.query(
      `insert into known_clock (xid, time)
       select x::text::xid8, clock_timestamp() - interval '1 hour' from generate_series(1, 300) x on conflict do nothing`,
    );
    const [alice = '', bob = ''] = await openAccounts();
    // What else is at work may take the number that sweeps, or be of an age with what would be swept: then the next does.
    for (let rows = 300; rows >= 20; ) {
      const [at] = await bank.database.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
      const missing = 1_024 - (Number(at?.xid) % 1_024);
      // Transactions of nobody, up to one that sweeps.
      await bank.database.query(
        `do $$ begin for i in 1..${missing - 1} loop perform pg_current_xact_id(); commit; end loop; end $$`,
      );
      await bank.post([journal(alice, bob, '1.00')]);
      await bank.post([journal(alice, bob, '1.00')]);
      const [left] = await bank.database.query<{ rows: number }>('select count(*)::int as rows from known_clock');
      rows = left?.rows ?? rows;
    }
  });

  /** Three accounts without limits that money goes round between. */
  async function openAccounts(): Promise<string[]> {
    return Promise.all(Array.from({ length: ACCOUNTS }, () => bank.cash()));
  }

  async function balances(client: Ledger, ids: readonly string[], asOfValueDate: string, known?: number) {
    const knownTime = known === undefined ? {} : { knownAt: timestampFromMs(known) };
    const { balances: read } = await client.getBalances({ ledgerAccountIds: [...ids], asOfValueDate, ...knownTime });
    return read.map(({ booked }) => booked?.amount ?? '');
  }

  /** The closing balance of an account's entries. */
  async function listed(client: Ledger, ledgerAccountId: string, asOfValueDate: string, known: number) {
    const knownTime = timestampFromMs(known);
    const page = await client.listEntries({ ledgerAccountId, asOfValueDate, knownAt: knownTime, pageSize: 1_000 });
    expect(page.entries.at(-1)?.runningBalance?.amount ?? '0.00').to.equal(page.closingBalance?.amount);
    return page.closingBalance?.amount;
  }

  /** The balances as plain SQL has them: a sum over all entries. */
  async function recomputed(ids: readonly string[], valueDate: string, known: number): Promise<string[]> {
    const rows = await bank.database.query<{ id: string; cents: string }>(
      `select a.id, coalesce(sum(e.amount), 0)::text as cents from ledger_account a
       left join (entry e join journal j on j.no = e.journal_no and j.known_time <= $3 and j.value_date <= $2)
         on e.account_no = a.no
       where a.id = any($1) group by a.id`,
      [ids, valueDate, new Date(known)],
    );
    return ids.map((id) => euros(BigInt(rows.find((row) => row.id === id)?.cents ?? 0)));
  }
});

function expected(facts: readonly Fact[], valueDate: string, known: number): string[] {
  return Array.from({ length: ACCOUNTS }, (_, account) => {
    const counting = facts.filter((fact) => fact.valueDate <= valueDate && fact.known <= known);
    const sum = counting.reduce((total, { from, to, cents }) => {
      return total + (from === account ? cents : 0n) - (to === account ? cents : 0n);
    }, 0n);
    return euros(sum);
  });
}

function euros(cents: bigint): string {
  const size = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)}`;
}
