import { expect } from 'chai';
import { migrate } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { keyTextOf } from '../cards.ts';
import { transaction } from '../service.ts';

describe('A transaction service of the release before messages of cards had a year', () => {
  let database: TestDatabase;
  const MESSAGES = [
    ['1128093000', '2026-11-28T09:30:02Z'],
    ['1231235959', '2027-01-01T00:00:01Z'],
    ['0101000001', '2026-12-31T23:59:59Z'],
  ] as const;

  before(async () => {
    const { name, migrations } = transaction;
    const until = migrations.findIndex((step) => step.name === '0031-limits') + 1;
    database = await cloneDatabase({ name, migrations: migrations.slice(0, until) });
    for (const [index, [time, came]] of MESSAGES.entries()) {
      await database.query(
        `insert into card_authorization (id, message_key, card_id, account_id, party_id, currency, requested, amount, state,
          response_code, advice, retrieval_reference, hold_id, date, version, create_time, expire_time)
         values ($1, $2, '', '', '', 'CZK', 0, 0, 'reversed', '25', false, '', '', '2026-11-28', 1, $3, $3)`,
        [`cau_${index}`, `123/000042/${time}`, came],
      );
    }
    await migrate({ url: database.ownerUrl, service: name, steps: migrations, log: makeLog('test', 'silent') });
  });
  after(() => database.drop());

  it('finds what was asked before by its key of today', async () => {
    const rows = await database.query<{ key: string }>('select message_key as key from card_authorization order by id');
    const today = MESSAGES.map(([transmissionTime, came]) =>
      keyTextOf(
        { $typeName: 'bank.transaction.v1.CardMessageKey', acquirer: '123', traceNumber: '000042', transmissionTime },
        Date.parse(came),
      ),
    );
    expect(rows.map(({ key }) => key)).to.deep.equal(today);
    expect(today[1]).to.equal('123/000042/20261231235959');
  });
});
