import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, staffAt } from '#chassis/testing/service.ts';
import { AccountState, AccountType, HolderRole, StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { isValid } from '#rules/iban.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  anOpening,
  deactivate,
  openAccount,
  registerOrganisation,
  registerPerson,
  told,
} from '../../_testbed/opening.ts';

describe('OpenAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  let jana = '';
  let petr = '';
  let bakery = '';

  before(async () => {
    [jana, petr, bakery] = await Promise.all([
      registerPerson(bank()),
      registerPerson(bank()),
      registerOrganisation(bank()),
    ]);
  });

  it('opens an individual account, with its number, its day and its place in the ledger', async () => {
    const account = await openAccount(bank(), {
      owners: [jana],
      disponents: [petr],
      displayName: 'Household',
      branchId: 'brn_praha',
      statementFrequency: StatementFrequency.WEEKLY,
    });
    expect(account).to.deep.include({
      type: AccountType.INDIVIDUAL,
      state: AccountState.ACTIVE,
      displayName: 'Household',
      productId: 'prd_current_czk',
      productVersion: 1,
      currencyCode: 'CZK',
      branchId: 'brn_praha',
      statementFrequency: StatementFrequency.WEEKLY,
      openDate: Temporal.Now.plainDateISO('Europe/Prague').toString(),
      closeDate: '',
      etag: '1',
    });
    expect(account.accountId).to.match(/^acc_/);
    expect(isValid(account.iban)).to.equal(true);
    expect(account.iban).to.match(/^CZ..0999/);
    expect(account.freeze).to.equal(undefined);
    expect(account.overdraftLimit?.amount).to.equal('0.00');
    expect(account.holders.map(({ customerId, role }) => [customerId, role])).to.deep.equal([
      [jana, HolderRole.OWNER],
      [petr, HolderRole.DISPONENT],
    ]);
    const [ledger] = await bank()
      .database('ledger')
      .query('select currency, normal_side, general_ledger_code, floor from ledger_account where account_id = $1', [
        account.accountId,
      ]);
    expect(ledger).to.deep.equal({
      currency: 'CZK',
      normal_side: 'credit',
      general_ledger_code: '2010',
      floor: '0',
    });
  });

  it('calls it as its product and makes statements monthly, unless told otherwise; savings go to their own code', async () => {
    const account = await openAccount(bank(), { owners: [jana], productId: 'prd_savings_kwd' });
    expect(account).to.deep.include({
      displayName: 'Savings account KWD',
      statementFrequency: StatementFrequency.MONTHLY,
      currencyCode: 'KWD',
    });
    expect(account.overdraftLimit?.amount).to.equal('0.000');
    const [ledger] = await bank()
      .database('ledger')
      .query('select general_ledger_code from ledger_account where account_id = $1', [account.accountId]);
    expect(ledger).to.deep.equal({ general_ledger_code: '2020' });
  });

  it('opens joint and business accounts', async () => {
    const joint = await openAccount(bank(), { type: AccountType.JOINT, owners: [jana, petr] });
    expect(joint.holders).to.have.length(2);
    const business = {
      type: AccountType.BUSINESS,
      productId: 'prd_business_czk',
      owners: [bakery],
      disponents: [jana],
    };
    expect((await openAccount(bank(), business)).holders[0]?.customerId).to.equal(bakery);
  });

  it('opens one that takes history first, without a floor', async () => {
    const account = await openAccount(bank(), { owners: [jana], migrating: true });
    expect(account.state).to.equal(AccountState.MIGRATING);
    const client = accountsAs(bank(), 'TELLER');
    await refused(client.openAccount(anOpening({ owners: [jana], migrating: true })), 'MIGRATION_NOT_ALLOWED');
    await refused(
      accountsOf(bank(), jana).openAccount(anOpening({ owners: [jana], migrating: true })),
      'MIGRATION_NOT_ALLOWED',
    );
  });

  it('lets a customer open what they alone hold, and nothing with others', async () => {
    const client = accountsOf(bank(), jana);
    expect((await client.openAccount(anOpening({ owners: [jana] }))).account?.state).to.equal(AccountState.ACTIVE);
    for (const opening of [
      anOpening({ owners: [petr] }),
      anOpening({ owners: ['cus_unknown'] }),
      anOpening({ owners: [jana], disponents: [petr] }),
      anOpening({ type: AccountType.JOINT, owners: [jana, petr] }),
    ]) {
      await refused(client.openAccount(opening), 'CUSTOMER_NOT_FOUND');
    }
    const itself = { type: AccountType.BUSINESS, owners: [bakery] };
    expect((await accountsOf(bank(), bakery).openAccount(anOpening(itself))).account?.etag).to.equal('1');
  });

  it('refuses holders that do not fit, unknown products, and those who are no longer customers', async () => {
    const client = accountsAs(bank(), 'TELLER');
    const gone = await registerPerson(bank());
    await deactivate(bank(), gone);
    await refused(client.openAccount(anOpening({ owners: [jana, petr] })), 'HOLDERS_INVALID');
    await refused(client.openAccount(anOpening({ owners: [bakery] })), 'HOLDERS_INVALID');
    await refused(client.openAccount(anOpening({ type: AccountType.BUSINESS, owners: [jana] })), 'HOLDERS_INVALID');
    await refused(client.openAccount(anOpening({ owners: [jana], productId: 'prd_none' })), 'PRODUCT_NOT_FOUND');
    await refused(client.openAccount(anOpening({ owners: ['cus_unknown'] })), 'CUSTOMER_NOT_FOUND');
    await refused(client.openAccount(anOpening({ owners: [gone] })), 'CUSTOMER_DEACTIVATED');
    await refused(client.openAccount(anOpening({ owners: [jana], disponents: [gone] })), 'CUSTOMER_DEACTIVATED');
    const auditor = accountsAs(bank(), 'AUDITOR');
    await refused(auditor.openAccount(anOpening({ owners: [jana] })), 'CALLER_NOT_ALLOWED');
  });

  it('opens one account for fifty calls with one key, and refuses other content under it', async () => {
    const client = accountsAs(bank(), 'TELLER');
    const opening = anOpening({ owners: [petr], displayName: 'once' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.openAccount(opening)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const id = answers[0]?.account?.accountId ?? '';
    expect(await client.openAccount(opening)).to.deep.equal(answers[0]);
    expect(await eventsOf(bank().database('account'), id)).to.deep.equal(['AccountOpened 1']);
    await refused(client.openAccount({ ...opening, displayName: 'twice' }), 'REQUEST_EXISTS');
    const [count] = await bank()
      .database('account')
      .query(
        `select count(*) from account a join holder h on h.account_id = a.id where h.customer_id = $1 and a.id >= $2`,
        [petr, id],
      );
    expect(count).to.deep.equal({ count: '1' });
  });

  it('remembers a refusal that hangs on the state of the bank', async () => {
    const client = accountsAs(bank(), 'TELLER');
    const opening = anOpening({ owners: [jana], productId: 'prd_later' });
    await refused(client.openAccount(opening), 'PRODUCT_NOT_FOUND');
    await accountsAs(bank(), 'BACK_OFFICE').createProduct({
      requestId: 'prd_later',
      productId: 'prd_later',
      type: 1,
      currencyCode: 'CZK',
      displayName: 'Later',
      terms: {},
    });
    await refused(client.openAccount(opening), 'PRODUCT_NOT_FOUND');
    expect((await client.openAccount({ ...opening, requestId: 'afterwards' })).account?.productId).to.equal(
      'prd_later',
    );
  });

  it('only tells what would happen when it is only asked', async () => {
    const opening = { ...anOpening({ owners: [jana] }), validateOnly: true };
    const count = () => bank().database('account').query('select count(*) from account');
    const before = await count();
    const { account } = await accountsOf(bank(), jana).openAccount(opening);
    expect(account?.state).to.equal(AccountState.ACTIVE);
    expect(await count()).to.deep.equal(before);
    await refused(accountsAs(bank(), 'TELLER').openAccount({ ...opening, productId: 'prd_none' }), 'PRODUCT_NOT_FOUND');
  });

  it('records who did it, and keeps what is personal sealed', async () => {
    const opening = anOpening({ owners: [jana], displayName: 'Velmi soukromy ucet' });
    const { account } = await bank().asPrincipal(AccountService, staff('TELLER')).openAccount(opening);
    const database = bank().database('account');
    const [record] = await recordsOf(database, opening.requestId);
    expect(record).to.deep.include({ accepted: true, resourceIds: [account?.accountId], reason: '' });
    expect(record?.after?.partyId).to.equal(jana);
    expect(record?.before).to.equal(undefined);
    const tables = await database.query<{ text: string }>(`
      select string_agg(row::text, ' ') as text from (
        select a::text as row from account a union all select c::text from command c union all select o::text from outbox o
      ) rows
    `);
    const text = tables[0]?.text ?? '';
    for (const secret of [account?.iban ?? '', 'Velmi soukromy ucet']) {
      expect(text.includes(secret), secret).to.equal(false);
      expect(text.includes(Buffer.from(secret).toString('hex')), secret).to.equal(false);
    }
  });

  it('leaves the ledger with what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });

  it('is done by staff who are held to a branch at it, for its customers', async () => {
    const here = await registerPerson(bank(), 'brn_here');
    const client = bank().asPrincipal(AccountService, staffAt('brn_here', 'TELLER'));
    for (const branchId of ['', 'brn_here']) {
      const { account } = await client.openAccount(anOpening({ owners: [here], branchId }));
      expect(account?.branchId).to.equal('brn_here');
    }
    await refused(client.openAccount(anOpening({ owners: [here], branchId: 'brn_there' })), 'BRANCH_NOT_ALLOWED');
    const foreign = await refused(
      client.openAccount(anOpening({ owners: [here], disponents: [jana] })),
      'CUSTOMER_NOT_FOUND',
    );
    const unknown = await refused(
      client.openAccount(anOpening({ owners: [here], disponents: ['cus_unknown'] })),
      'CUSTOMER_NOT_FOUND',
    );
    expect(told(foreign)).to.deep.equal(told(unknown));
  });
});
