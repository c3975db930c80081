import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { LedgerAccountState, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { useLedger } from '../testing.ts';

describe('OpenLedgerAccount', () => {
  const bank = useLedger();
  const anAccount = () => ({
    requestId: newId('evt'),
    ledgerAccountId: newId('lac'),
    accountId: 'acc_1',
    currencyCode: 'EUR',
    normalSide: Side.CREDIT,
    generalLedgerCode: '2010',
  });

  it('opens an account at zero, and says so once', async () => {
    const request = { ...anAccount(), floor: { currencyCode: 'EUR', amount: '-50' } };
    const { ledgerAccount } = await bank.as('account').openLedgerAccount(request);
    expect(ledgerAccount).to.include({ ledgerAccountId: request.ledgerAccountId, state: LedgerAccountState.OPEN });
    expect(ledgerAccount).to.include({ currencyCode: 'EUR', normalSide: Side.CREDIT, version: 0n });
    expect([ledgerAccount?.booked?.amount, ledgerAccount?.floor?.amount]).to.deep.equal(['0.00', '-50.00']);
    expect(await bank.as('account').openLedgerAccount(request)).to.deep.equal({
      $typeName: 'bank.ledger.v1.OpenLedgerAccountResponse',
      ledgerAccount,
    });
    const events = await bank.database.query('select type from outbox where aggregate_id = $1', [
      request.ledgerAccountId,
    ]);
    expect(events).to.deep.equal([{ type: 'bank.ledger.v1.LedgerAccountOpened' }]);
  });

  it('answers with an account that exists alike, though asked anew', async () => {
    const request = anAccount();
    await bank.as('account').openLedgerAccount(request);
    const again = await bank.as('transaction').openLedgerAccount({ ...request, requestId: newId('evt') });
    expect(again.ledgerAccount?.ledgerAccountId).to.equal(request.ledgerAccountId);
  });

  it('refuses an id that has other terms, however often it is asked', async () => {
    const request = anAccount();
    await bank.as('account').openLedgerAccount(request);
    const other = { ...request, requestId: newId('evt'), currencyCode: 'USD' };
    await refused(bank.as('account').openLedgerAccount(other), 'LEDGER_ACCOUNT_EXISTS');
    await refused(bank.as('account').openLedgerAccount(other), 'LEDGER_ACCOUNT_EXISTS');
  });

  it('refuses a request_id that was used for another request', async () => {
    const request = anAccount();
    await bank.as('account').openLedgerAccount(request);
    await refused(bank.as('account').openLedgerAccount({ ...request, accountId: 'acc_2' }), 'REQUEST_EXISTS');
  });

  it('refuses terms that cannot be', async () => {
    const open = bank.as('account').openLedgerAccount;
    const eur = (amount: string) => ({ currencyCode: 'EUR', amount });
    await refused(open({ ...anAccount(), generalLedgerCode: '9999' }), 'GENERAL_LEDGER_CODE_UNKNOWN');
    await refused(open({ ...anAccount(), currencyCode: 'XXX' }), 'CURRENCY_UNKNOWN');
    await refused(open({ ...anAccount(), currencyCode: 'USD', floor: eur('0') }), 'CURRENCY_MISMATCH');
    await refused(open({ ...anAccount(), striped: true }), 'LEDGER_ACCOUNT_STRIPED');
    const { violations } = await refused(
      open({ ...anAccount(), floor: eur('10'), ceiling: eur('9.99') }),
      'REQUEST_INVALID',
    );
    expect(violations.map(({ field }) => field)).to.deep.equal(['ceiling']);
    await refused(open({ ...anAccount(), ledgerAccountId: 'acc_1' }), 'REQUEST_INVALID');
    await refused(open({ ...anAccount(), floor: eur('0.001') }), 'CURRENCY_EXPONENT_EXCEEDED');
  });

  it('tells what would happen, without it happening', async () => {
    const request = { ...anAccount(), validateOnly: true };
    const { ledgerAccount } = await bank.as('account').openLedgerAccount(request);
    expect(ledgerAccount?.ledgerAccountId).to.equal(request.ledgerAccountId);
    const { balances } = await bank.as('account').getBalances({ ledgerAccountIds: [request.ledgerAccountId] });
    expect(balances).to.deep.equal([]);
  });

  it('opens one account when many ask at once', async () => {
    const request = anAccount();
    const asked = Array.from({ length: 20 }, () =>
      bank.as('account').openLedgerAccount({ ...request, requestId: newId('evt') }),
    );
    const opened = await Promise.all(asked);
    expect(new Set(opened.map(({ ledgerAccount }) => ledgerAccount?.ledgerAccountId)).size).to.equal(1);
  });
});
