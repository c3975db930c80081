import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import type pg from 'pg';
import { newId } from '#chassis/id.ts';
import { brokenLaws } from '../_testbed/laws.ts';
import { journal, useLedger } from './testing.ts';
import { blockOfOne, lastPlace } from './testing-blocks.ts';
import { eur, holdsOf } from './testing-holds.ts';

/** A step written by hand: what is given differs from a lawful release of the open hold. */
type Forged = Partial<
  Record<'hold_no' | 'version' | 'kind' | 'amount' | 'journal_no' | 'state' | 'captured', unknown>
> &
  Partial<Record<'held' | 'held_change' | 'expire_time' | 'key' | 'fingerprint' | 'refusal', unknown>>;

describe("The ledger's database, against its own runtime role, about holds", () => {
  let runtime: pg.Client;
  after(() => runtime.end());
  const bank = useLedger();
  const holds = holdsOf(bank);
  let [alice, shop, frozen, poor]: string[] = [];
  let open: string;
  let over: string;
  let posted: string;

  before(async () => {
    runtime = await bank.database.open('runtime');
    [alice, shop, frozen, poor] = [
      await bank.funded('100.00'),
      await bank.open(),
      await bank.funded('9.00'),
      await bank.open(),
    ];
    open = await noOf(await holds.placed(alice ?? '', shop ?? '', '40.00', { captureLimit: eur('50.00') }));
    const released = await holds.placed(alice ?? '', shop ?? '', '1.00');
    await holds.release(released);
    over = await noOf(released);
    const freeze = { requestId: 'freeze', ledgerAccountId: frozen ?? '', decreaseFrozen: true, increaseFrozen: true };
    await bank.as('account').setLedgerAccountFreeze(freeze);
    const paid = journal(alice ?? '', shop ?? '', '3.00');
    await bank.post([paid]);
    posted = await only('select no from journal where id = $1', paid.journalId);
  });

  const forgeries: Record<string, () => Forged> = {
    'one that skips a version': () => ({ version: 3 }),
    'one that repeats a version': () => ({ version: 1 }),
    'one of no hold': () => ({ hold_no: 1 }),
    'one after the end': () => ({ hold_no: over, version: 3, held_change: 0 }),
    'a second placing': () => ({ kind: 'place', state: 'open', held: 4000, held_change: 0 }),
    'a release that goes on holding': () => ({ held: 1, held_change: -3999 }),
    'a release that stays open': () => ({ state: 'open', held: 4000, held_change: 0 }),
    'a release that frees more than is held': () => ({ held_change: -4001 }),
    'a release that captures': () => ({ captured: 100 }),
    'a release that moves its end': () => ({ expire_time: '2099-01-01T00:00:00Z' }),
    'a release without a key': () => ({ key: null, fingerprint: null }),
    'an extension to earlier': () => extension('2001-01-01T00:00:00Z'),
    'an extension that holds more': () => ({ ...extension('2099-01-01T00:00:00Z'), held: 4001, held_change: 1 }),
    'a capture of no journal': () => ({ ...capture(100), journal_no: null }),
    'a capture of nothing': () => capture(0),
    'a capture beyond the limit': () => ({ ...capture(5001), state: 'captured', held: 0, held_change: -4000 }),
    'a capture that frees too much': () => ({ ...capture(100), held: 3800, held_change: -200 }),
    'a capture that does not count': () => ({ ...capture(100), captured: 0 }),
    'an expiry with a key': () => ({ kind: 'expire', state: 'expired' }),
    'a refusal that does something': () => ({ refusal: Buffer.from('no') }),
  };
  for (const [name, forged] of Object.entries(forgeries)) {
    it(`takes no step from it: ${name}`, async () => {
      await fails(() => step(forged()));
    });
  }

  it('takes a lawful step from it, so that the forgeries are refused for what is wrong with them', async () => {
    await runtime.query('begin');
    await step({});
    await runtime.query('rollback');
  });

  it('takes no hold from it that the account does not take', async () => {
    const cases: [string, string | undefined, string | undefined, Forged & { placed?: number }][] = [
      ['more than is available', alice, shop, { placed: 6_000 }],
      ['on a frozen account', frozen, shop, {}],
      ['for a frozen account', alice, frozen, {}],
      ['without funds', poor, shop, {}],
      ['that is captured from the start', alice, shop, { captured: 1 }],
      ['that holds less than it says', alice, shop, { held: 1, held_change: 1 }],
    ];
    for (const [name, debit, credit, { placed = 100, ...forged }] of cases) {
      await fails(() => place(debit, credit, placed, forged), name);
    }
    await runtime.query('begin');
    await place(alice, shop, 100, {});
    await runtime.query('rollback');
  });

  it('lets it capture only by the journal that the step names, and only what is held for it', async () => {
    const cases: [string, (no: number) => Promise<unknown>][] = [
      ['another amount', (no) => book(no, alice, shop, 99)],
      ['another account', (no) => book(no, alice, poor, 100)],
      ['the other way', (no) => book(no, shop, alice, 100)],
    ];
    for (const [name, entries] of cases) {
      await fails(async () => {
        const no = await journalRow();
        await step({ ...capture(100), journal_no: no });
        await entries(no);
      }, name);
    }
    // What is still held cannot be taken by another journal, nor by this one beyond what it frees.
    await fails(async () => book(await journalRow(), alice, shop, 5_701), 'what is held');
    await runtime.query('begin');
    await book(await journalRow(), alice, shop, 5_700);
    const no = await journalRow();
    await step({ ...capture(100), journal_no: no });
    await book(no, alice, shop, 100);
    await runtime.query('rollback');
  });

  const crimes: Record<string, string> = {
    'change a hold': "update hold set state = 'released'",
    'place a hold that is captured': `insert into hold (no, id, kind, debit_account_no, credit_account_no, amount,
      capture_limit, owner, captured) values (1, 'hld_x', 'transfer', 1, 2, 1, 1, 'x', 1)`,
    'delete a hold': 'delete from hold',
    'change a step': 'update hold_step set amount = 1',
    'delete a step': 'delete from hold_step',
    'free what is held': 'update ledger_account set held = 0',
    'hide what is coming': 'update ledger_account set pending_in = 0',
    'know a step earlier': `insert into hold_step (no, key, kind, known_time, fingerprint, refusal)
      values (1, 'x', 'place', now() - interval '1 day', '\\x00', '\\x00')`,
    'close an account with a hold on it': "update ledger_account set state = 'closed' where pending_in > 0",
  };
  for (const [name, statement] of Object.entries(crimes)) {
    it(`does not let it ${name}`, async () => {
      await fails(() => runtime.query(statement));
    });
  }

  it('is watched by laws that find what only the database’s owner could do', async () => {
    const tampered: [string, string][] = [
      ["update hold set captured = captured + 1 where state = 'open'", 'a hold is as its steps left it'],
      ["update hold set held = held - 1 where state = 'open'", 'a hold is as its steps left it'],
      ['update ledger_account set held = held + 1', 'what is held of an account is what its open holds hold'],
      [
        'update ledger_account set pending_in = pending_in + 1',
        'what is held of an account is what its open holds hold',
      ],
      ["delete from outbox where type = 'bank.ledger.v1.HoldPlaced'", 'every step of a hold was published once'],
    ];
    const owner = await bank.database.open('owner');
    try {
      for (const [statement, law] of tampered) {
        const undo = await tamper(owner, statement);
        const broken = await brokenLaws(bank.database.superuserUrl);
        await undo();
        expect(broken.join('\n'), statement).to.include(law);
      }
    } finally {
      await owner.end();
    }
  });

  /** Does something with copies of what it spoils beside it, and answers how to undo it. */
  async function tamper(owner: pg.Client, statement: string): Promise<() => Promise<void>> {
    const table = /(?:update|from) (\w+)/.exec(statement)?.[1] ?? '';
    await owner.query(`create table spoilt as table ${table}; alter table ${table} disable trigger user; ${statement}`);
    return async () => {
      const undo =
        table === 'outbox'
          ? `insert into outbox overriding system value
              select * from spoilt where event_id not in (select event_id from outbox)`
          : table === 'hold'
            ? 'update hold h set captured = s.captured, held = s.held from spoilt s where s.no = h.no'
            : 'update ledger_account a set held = s.held, pending_in = s.pending_in from spoilt s where s.no = a.no';
      await owner.query(`${undo}; drop table spoilt; alter table ${table} enable trigger user`);
    };
  }

  function extension(expireTime: string): Forged {
    return { kind: 'extend', state: 'open', held: 4000, held_change: 0, expire_time: expireTime };
  }

  function capture(amount: number): Forged {
    const left = { captured: amount, held: 4_000 - amount, held_change: -amount };
    return { kind: 'capture', amount, journal_no: posted, state: 'open', ...left, key: null, fingerprint: null };
  }

  async function step(forged: Forged): Promise<void> {
    const end = await only('select expire_time::text as no from hold where no = $1', open);
    const lawful = { hold_no: open, version: 2, kind: 'release', state: 'released', captured: 0, held: 0 };
    const rest = { held_change: -4_000, expire_time: end, key: newId('evt'), fingerprint: Buffer.from('x') };
    await insert('hold_step', { no: randomInt(2 ** 40), ...lawful, ...rest, ...(await block()), ...forged });
  }

  async function place(debit = '', credit = '', amount = 0, forged: Forged = {}): Promise<void> {
    const no = randomInt(2 ** 40);
    const accounts = { debit_account_no: await accountNo(debit), credit_account_no: await accountNo(credit) };
    const terms = { id: newId('hld'), kind: 'transfer', ...accounts, amount, capture_limit: amount, owner: 'x' };
    await insert('hold', { no, ...terms });
    const standing = { hold_no: no, version: 1, kind: 'place', state: 'open', captured: 0, held: amount };
    const rest = { held_change: amount, expire_time: '2099-01-01', key: terms.id, fingerprint: Buffer.from('x') };
    await insert('hold_step', { no, ...standing, ...rest, ...(await block()), ...forged });
  }

  async function journalRow(): Promise<number> {
    const no = randomInt(2 ** 40);
    const { openDate } = await bank.as('account').getBusinessDate({});
    const dates = { value_date: openDate, booking_date: openDate };
    const rest = { owner: 'x', leg_count: 2, fingerprint: Buffer.from('x') };
    await insert('journal', { no, id: newId('jnl'), kind: 'transfer', ...dates, ...rest, ...(await block()) });
    return no;
  }

  /** A block of one leaf, and where that is to stand. */
  async function block(): Promise<Readonly<Record<string, unknown>>> {
    await runtime.query(blockOfOne());
    const [at] = (await runtime.query(lastPlace())).rows;
    return { lane_no: at.lane_no, block_height: at.height, position: at.first_position };
  }

  async function book(no: number, debit = '', credit = '', amount = 0): Promise<void> {
    await runtime.query(
      `insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date)
       select a.no, a.version + 1, j.no, l.leg, l.amount, a.balance + l.amount, j.booking_date, j.value_date
       from journal j cross join (values ($2, 0, $4::bigint), ($3, 1, -$4::bigint)) l (id, leg, amount)
       join ledger_account a on a.id = l.id where j.no = $1`,
      [no, debit, credit, amount],
    );
  }

  async function insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${index + 1}`);
    await runtime.query(`insert into ${table} (${names.join()}) values (${places.join()})`, Object.values(row));
  }

  /** Every crime ends in an error of the database, for a constraint or for want of a right: never of the syntax. */
  async function fails(crime: () => Promise<unknown>, name = 'the crime'): Promise<void> {
    await runtime.query('begin');
    const code = await crime().then(
      () => 'done',
      (error: pg.DatabaseError) => error.code ?? error.message,
    );
    await runtime.query('rollback');
    expect(code, name).to.match(/^(23|42501)/);
  }

  async function only(statement: string, value: unknown): Promise<string> {
    const [row] = await bank.database.query<{ no: string }>(statement, [value]);
    return row?.no ?? '';
  }

  const accountNo = (id: string) => only('select no from ledger_account where id = $1', id);
  const noOf = (id: string) => only('select no from hold where id = $1', id);
});
