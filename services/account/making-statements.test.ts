import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { deriveId, newId } from '#chassis/id.ts';
import { localObjectStore } from '#chassis/object-store.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { refused } from '#chassis/testing/service.ts';
import { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { whileRefused } from '../_testbed/patience.ts';
import { daysOf, sleep } from './testing-days.ts';
import { download } from './testing-statements.ts';

const SUNDAY = 7;

describe('The statements of a day', function suite() {
  this.timeout(240_000);
  const bank = useBank(ACCOUNT_BANK);
  let owner = '';
  const client = () => accountsAs(bank(), 'BACK_OFFICE');
  const rows = <Row extends object>(text: string, values: unknown[] = []) =>
    bank().database('account').query<Row>(text, values);
  const objects = () => localObjectStore(path.join(bank().environment['DATA_DIR'] ?? '', 'objects'));
  const keyOf = (accountId: string) => `account/statements/${accountId}/00000001`;
  const perTransaction = () =>
    openAccount(bank(), { owners: [owner], statementFrequency: StatementFrequency.PER_TRANSACTION });
  const listOf = async (accountId: string) => (await client().listStatements({ accountId })).statements;

  before(async () => {
    owner = await registerPerson(bank());
  });

  it('are made where a week or a month ends, also where nothing was booked, and on no other day', async () => {
    const { endDay } = daysOf(bank());
    const [weekly, monthly] = [
      await openAccount(bank(), { owners: [owner], statementFrequency: StatementFrequency.WEEKLY }),
      await openAccount(bank(), { owners: [owner] }),
    ];
    const days: Temporal.PlainDate[] = [];
    const isOver = (day: Temporal.PlainDate) => (PROOF ? day.day === day.daysInMonth : day.dayOfWeek === SUNDAY);
    for (let over = false; !over; ) {
      const day = await endDay();
      days.push(day);
      over = isOver(day);
    }
    const ends = async (accountId: string) => (await listOf(accountId)).map(({ toDate }) => toDate).toReversed();
    const those = (ended: (day: Temporal.PlainDate) => boolean) => days.filter(ended).map(String);
    expect(await ends(weekly.accountId)).to.deep.equal(those((day) => day.dayOfWeek === SUNDAY));
    expect(await ends(monthly.accountId)).to.deep.equal(those((day) => day.day === day.daysInMonth));
  });

  it('set an account aside whose statement cannot be made, do all others, and make it when it is tried again', async () => {
    const { endDay } = daysOf(bank());
    const [broken, other] = [await perTransaction(), await perTransaction()];
    for (const one of [broken, other]) await payIn(bank(), one, '1.00');
    await objects().putIfAbsent(keyOf(broken.accountId), Buffer.from('no statement'));
    await endDay();
    expect(await listOf(other.accountId)).to.have.length(1);
    expect(await listOf(broken.accountId)).to.have.length(0);
    expect(await rows('select step from set_aside where account_id = $1', [broken.accountId])).to.deep.equal([
      { step: 'make-statements' },
    ]);
    await objects().remove(keyOf(broken.accountId));
    await client().retrySetAsideAccounts({ requestId: aRequestId() });
    const json = { accountId: broken.accountId, statementNumber: 1, format: DocumentFormat.JSON };
    await whileRefused('STATEMENT_NOT_FOUND', () => client().downloadStatement(json));
    expect((await listOf(broken.accountId))[0]).to.deep.include({ statementNumber: 1, lineCount: 1 });
    for (const { accountId } of [broken, other]) {
      const told = await eventsOf(bank().database('account'), deriveId('stm', accountId));
      expect(told).to.deep.equal(['StatementMade 1']);
    }
  });

  it('are told of once, whoever else makes the same in that moment', async () => {
    const account = await perTransaction();
    const { accountId } = account;
    await payIn(bank(), account, '1.00');
    await objects().putIfAbsent(keyOf(accountId), Buffer.from('no statement'));
    await daysOf(bank()).endDay();
    await objects().remove(keyOf(accountId));
    // As if another process had made it, and were about to commit.
    const other = await bank().database('account').open('superuser');
    await other.query('begin');
    await other.query(
      `insert into statement (account_id, number, frequency, from_date, to_date, currency, opening_balance, closing_balance,
         credit_total, debit_total, line_count, known_line_number, digest, object_key, create_time)
       select id, 1, 'per_transaction', open_date, open_date, currency, 0, 100, 100, 0, 1, 1, sha256('x'), 'x', now()
       from account where id = $1`,
      [accountId],
    );
    await client().retrySetAsideAccounts({ requestId: aRequestId() });
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await rows(waits)).length === 0) await pause(20);
    await other.query('commit');
    await other.end();
    const aside = () => rows('select from set_aside where account_id = $1', [accountId]);
    while ((await aside()).length > 0) await pause(20);
    expect(await eventsOf(bank().database('account'), deriveId('stm', accountId))).to.deep.equal([]);
  });

  it('are made of who sleeps too, and of nothing that was never opened', async () => {
    const { endDay } = daysOf(bank());
    const [asleep, declined] = [await perTransaction(), await perTransaction()];
    for (const one of [asleep, declined]) await payIn(bank(), one, '1.00');
    await sleep(asleep, client());
    const superuser = await bank().database('account').open('superuser');
    await superuser.query(`update account set state = 'closed', close_date = open_date, version = 0 where id = $1`, [
      declined.accountId,
    ]);
    await superuser.end();
    await endDay();
    expect(await listOf(asleep.accountId)).to.have.length(1);
    expect(await listOf(declined.accountId)).to.have.length(0);
    expect(await rows('select step from set_aside where account_id = $1', [declined.accountId])).to.deep.equal([]);
  });

  it('take over the document that somebody left who was killed before its row was written', async () => {
    const { endDay } = daysOf(bank());
    const { accountId, ...account } = await perTransaction();
    await payIn(bank(), { accountId, ...account }, '1.00');
    await endDay();
    const [made] = await listOf(accountId);
    const before = await download(client(), { accountId, statementNumber: 1 }, DocumentFormat.JSON);
    // As the database was when it was killed.
    await rows('delete from statement where account_id = $1', [accountId]);
    await payIn(bank(), { accountId, ...account }, '2.00');
    await endDay();
    const [second, first] = await listOf(accountId);
    expect(first).to.deep.equal(made);
    expect(second).to.deep.include({ statementNumber: 2, lineCount: 1 });
    expect(await download(client(), { accountId, statementNumber: 1 }, DocumentFormat.JSON)).to.deep.equal(before);
  });

  it('are changed by nobody, and each goes on where the one before ended, or the database refuses it', async () => {
    const [row] = await rows<{ accountId: string }>('select account_id as "accountId" from statement limit 1');
    const runtime = (text: string) => bank().database('account').query(text, [row?.accountId], 'runtime');
    const fails = (text: string) =>
      runtime(text).then(
        () => 'done',
        (error: Error) => error.message,
      );
    expect(await fails('update statement set closing_balance = 0 where account_id = $1')).to.match(/permission denied/);
    expect(await fails('delete from statement where account_id = $1')).to.match(/permission denied/);
    const next = (opening: string) => `
      insert into statement select account_id, number + 1, frequency, to_date + 1, to_date + 1, currency, ${opening}, ${opening}, 0, 0, 0,
        known_line_number, digest, object_key, now() from statement where account_id = $1 order by number desc limit 1`;
    expect(await fails(next('closing_balance + 1'))).to.match(/does not go on/);
    expect(await fails(next('closing_balance').replace('number + 1', 'number + 2'))).to.match(/does not go on/);
  });

  it('are no documents of more lines on demand than fit into an answer', async () => {
    const { accountId, currencyCode } = await openAccount(bank(), { owners: [owner] });
    const money = { currencyCode, amount: '1.00' };
    const journals = Array.from({ length: 667 }, () => ({
      journalId: newId('jnl'),
      kind: JournalKind.DEPOSIT,
      legs: [
        { ledgerAccountId: 'lac_cash_czk', side: Side.DEBIT, amount: { currencyCode, amount: '3.00' } },
        ...[1, 2, 3].map(() => ({ ledgerAccountId: deriveId('lac', accountId), side: Side.CREDIT, amount: money })),
      ],
    }));
    await bank().as(LedgerService, 'transaction').postJournals({ journals });
    const csv = { accountId, format: DocumentFormat.CSV };
    const error = await refused(client().downloadStatement(csv), 'STATEMENT_TOO_LONG');
    expect(error.metadata).to.deep.include({ limit: '2000' });
  });
});
