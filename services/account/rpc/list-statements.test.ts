import { expect } from 'chai';
import { deriveId, newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
} from '../../_testbed/opening.ts';
import { whileRefused } from '../../_testbed/patience.ts';
import { daysOf } from '../testing-days.ts';
import { checkTies, download, readStatement } from '../testing-statements.ts';

describe('ListStatements', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);

  it('lists what the ends of days have made: numbered, chained, what came late on the next, the last when it is closed', async () => {
    const { endDay, today } = daysOf(bank());
    const owner = await registerPerson(bank());
    const client = accountsOf(bank(), owner);
    const account = await openAccount(bank(), {
      owners: [owner],
      statementFrequency: StatementFrequency.PER_TRANSACTION,
    });
    const { accountId } = account;
    const first = await today();
    await payIn(bank(), account, '100.00');
    await endDay();
    await payIn(bank(), account, '10.00');
    await endDay();
    await endDay();
    await payIn(bank(), account, '-110.00');
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId('close'), accountId });
    await endDay();

    const { statements } = await client.listStatements({ accountId });
    expect(statements.map(({ statementNumber }) => statementNumber)).to.deep.equal([3, 2, 1]);
    const [third, second, firstMade] = statements;
    expect([firstMade?.fromDate, firstMade?.toDate]).to.deep.equal([first.toString(), first.toString()]);
    // The day without transactions has none of its own: it is in the next one.
    expect([third?.fromDate, third?.toDate]).to.deep.equal([
      first.add({ days: 2 }).toString(),
      first.add({ days: 3 }).toString(),
    ]);
    for (const [later, earlier] of [
      [third, second],
      [second, firstMade],
    ]) {
      expect(later?.openingBalance).to.deep.equal(earlier?.closingBalance);
    }
    expect(third?.closingBalance?.amount).to.equal('0.00');
    for (const { statementNumber } of statements) {
      checkTies(readStatement(await download(client, { accountId, statementNumber }, DocumentFormat.JSON)));
    }
    const page = await client.listStatements({ accountId, pageSize: 2 });
    const rest = await client.listStatements({ accountId, pageSize: 2, pageToken: page.nextPageToken });
    expect([...page.statements, ...rest.statements]).to.deep.equal(statements);
    const other = await openAccount(bank(), { owners: [owner] });
    await refused(
      client.listStatements({ accountId: other.accountId, pageSize: 2, pageToken: page.nextPageToken }),
      'PAGE_TOKEN_INVALID',
    );
    await refused(accountsOf(bank(), await registerPerson(bank())).listStatements({ accountId }), 'ACCOUNT_NOT_FOUND');
  });

  it('has what is booked late on a day of one as a line of the next, and the one stays as it was', async () => {
    const { endDay, today } = daysOf(bank());
    const owner = await registerPerson(bank());
    const client = accountsOf(bank(), owner);
    const account = await openAccount(bank(), {
      owners: [owner],
      statementFrequency: StatementFrequency.PER_TRANSACTION,
    });
    const { accountId } = account;
    const date = (await today()).toString();
    await payIn(bank(), account, '1.00');
    const ledger = bank().asPrincipal(LedgerService, staff('BACK_OFFICE'));
    await ledger.advanceBusinessDate({ requestId: aRequestId(), openDate: date });
    await whileRefused('STATEMENT_NOT_FOUND', () =>
      client.downloadStatement({ accountId, statementNumber: 1, format: DocumentFormat.JSON }),
    );
    // The day closes, and its statement is made: what its end still books on it comes late.
    const money = { currencyCode: account.currencyCode, amount: '2.00' };
    const { outcomes } = await bank()
      .as(LedgerService, 'transaction')
      .postJournals({
        journals: [
          {
            journalId: newId('jnl'),
            kind: JournalKind.DEPOSIT,
            endOfDay: true,
            legs: [
              { ledgerAccountId: 'lac_cash_czk', side: Side.DEBIT, amount: money },
              { ledgerAccountId: deriveId('lac', accountId), side: Side.CREDIT, amount: money },
            ],
          },
        ],
      });
    expect(outcomes[0]?.result.case).to.equal('posted');
    await whileRefused('DAY_STEPS_NOT_DONE', () =>
      ledger.closeBusinessDate({ requestId: aRequestId(), closingDate: date }),
    );
    const json = () => download(client, { accountId, statementNumber: 1 }, DocumentFormat.JSON);
    const before = await json();
    await payIn(bank(), account, '4.00');
    await endDay();
    expect(await json()).to.deep.equal(before);
    const second = readStatement(await download(client, { accountId, statementNumber: 2 }, DocumentFormat.JSON));
    expect(second.entries.map(({ bookingDate, amount }) => [bookingDate === date, amount?.amount])).to.deep.equal([
      [true, '2.00'],
      [false, '4.00'],
    ]);
    expect([second.openingBalance?.amount, second.closingBalance?.amount]).to.deep.equal(['1.00', '7.00']);
    checkTies(second);
  });
});
