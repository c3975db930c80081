import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { type Account, FreezeReason, Operation } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService, type OrderToAuthorizeSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerOrganisation,
  registerPerson,
} from '../../_testbed/opening.ts';
import { limitBalance } from '../../_testbed/tiers-by-hand.ts';
import { aPot, moving } from '../testing-pots.ts';

type Order = Exclude<MessageInitShape<typeof OrderToAuthorizeSchema>, { $typeName: string }>;
const { CASH_DEPOSIT, CASH_WITHDRAWAL, TRANSFER, MIGRATION } = Operation;

describe('AuthorizeOrders', () => {
  const bank = useBank(ACCOUNT_BANK);
  let jana = '';
  let petr = '';
  let mine: Account;
  let his: Account;
  let business: Account;
  const czk = (amount: string) => ({ currencyCode: 'CZK', amount });

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const bakery = await registerOrganisation(bank());
    [mine, his, business] = await Promise.all([
      openAccount(bank(), { owners: [jana] }),
      openAccount(bank(), { owners: [petr], disponents: [jana] }),
      openAccount(bank(), { owners: [bakery], type: 3, productId: 'prd_business_czk' }),
    ]);
  });

  async function authorize(...orders: Order[]) {
    const { decisions } = await bank().as(AccountService, 'transaction').authorizeOrders({ orders });
    return decisions.map(({ result }) =>
      result.case === 'authorization' ? result.value : (result.value?.detail?.reason ?? 'undecided'),
    );
  }
  const toHim = (): Order => ({
    actor: customer(jana),
    operation: TRANSFER,
    debtorAccountId: mine.accountId,
    creditor: { case: 'creditorAccountId', value: his.accountId },
    amount: czk('10.00'),
  });

  it('finds the account to take from by its number too', async () => {
    const { debtorAccountId: _, ...unnamed } = toHim();
    const [byId, byIban, unknown] = await authorize(
      toHim(),
      { ...unnamed, debtorIban: mine.iban },
      { ...unnamed, debtorIban: 'CZ6508000000192000145399' },
    );
    expect(byIban).to.deep.equal(byId);
    expect(unknown).to.equal('ACCOUNT_NOT_FOUND');
  });

  it('tells where to book, by id and by number alike', async () => {
    const spaced = (his.iban.match(/.{1,4}/g) ?? []).join(' ').toLowerCase();
    const [byId, byIban, bySpacedIban] = await authorize(
      toHim(),
      { ...toHim(), creditor: { case: 'creditorIban', value: his.iban } },
      { ...toHim(), creditor: { case: 'creditorIban', value: spaced } },
    );
    expect(byId).to.deep.include({
      debtorAccountId: mine.accountId,
      debtorLedgerAccountId: deriveId('lac', mine.accountId),
      debtorPartyId: jana,
      creditorAccountId: his.accountId,
      creditorLedgerAccountId: deriveId('lac', his.accountId),
      creditorPartyId: petr,
    });
    expect((byId as { fee?: unknown }).fee).to.equal(undefined);
    expect(byIban).to.deep.equal(byId);
    expect(bySpacedIban).to.deep.equal(byId);
  });

  it('decides each item by itself, in their order', async () => {
    const teller = staff('TELLER');
    const asMyself = { ...toHim(), creditor: { case: 'creditorAccountId' as const, value: mine.accountId } };
    const outcomes = await authorize(
      { ...toHim(), actor: customer(petr) },
      { ...toHim(), debtorAccountId: 'acc_unknown' },
      { ...toHim(), debtorAccountId: '' },
      { ...toHim(), creditor: { case: 'creditorAccountId', value: 'acc_unknown' } },
      { ...toHim(), creditor: { case: 'creditorIban', value: 'CZ6508000000192000145399' } },
      { ...toHim(), creditor: { case: undefined } },
      asMyself,
      { ...toHim(), amount: czk('0') },
      { ...toHim(), amount: czk('-1') },
      { ...toHim(), amount: czk('0.001') },
      { ...toHim(), amount: { currencyCode: 'XXY', amount: '1' } },
      { ...toHim(), amount: { currencyCode: 'EUR', amount: '1' } },
      { ...toHim(), amount: czk('1000000.01') },
      { actor: teller, operation: CASH_WITHDRAWAL, debtorAccountId: mine.accountId, amount: czk('1') },
      { actor: teller, operation: MIGRATION, debtorAccountId: mine.accountId, amount: czk('1') },
      { actor: staff('BACK_OFFICE'), operation: MIGRATION, debtorAccountId: mine.accountId, amount: czk('1') },
    );
    expect(outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : 'allowed'))).to.deep.equal([
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_NOT_FOUND',
      'CREDITOR_NOT_FOUND',
      'CREDITOR_NOT_FOUND',
      'CREDITOR_NOT_FOUND',
      'SAME_ACCOUNT',
      'AMOUNT_NOT_POSITIVE',
      'AMOUNT_NOT_POSITIVE',
      'CURRENCY_EXPONENT_EXCEEDED',
      'CURRENCY_UNKNOWN',
      'CURRENCY_MISMATCH',
      'TRANSFER_LIMIT_EXCEEDED',
      'allowed',
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_NOT_MIGRATING',
    ]);
  });

  it('lets a disponent pay', async () => {
    const back: Order = {
      ...toHim(),
      debtorAccountId: his.accountId,
      creditor: { case: 'creditorAccountId', value: mine.accountId },
    };
    expect((await authorize(back))[0]).to.deep.include({ debtorPartyId: petr, creditorPartyId: jana });
  });

  it('names the fee of the debtor, and for a deposit of the creditor', async () => {
    const teller = staff('TELLER');
    const toBusiness = { case: 'creditorAccountId' as const, value: business.accountId };
    const [deposit, withdrawal, transferIn] = await authorize(
      { actor: teller, operation: CASH_DEPOSIT, creditor: toBusiness, amount: czk('1') },
      { actor: teller, operation: CASH_WITHDRAWAL, debtorAccountId: business.accountId, amount: czk('1') },
      { ...toHim(), creditor: toBusiness },
    );
    expect((deposit as { fee?: { ratePercent: string } }).fee?.ratePercent).to.equal('0.2');
    expect((withdrawal as { fee?: { flat?: { amount: string } } }).fee?.flat?.amount).to.equal('20.00');
    expect((transferIn as { fee?: unknown }).fee).to.equal(undefined);
  });

  it('sees a freeze, an end and a migration as soon as they are agreed', async () => {
    const account = await openAccount(bank(), { owners: [jana] });
    const order = { ...toHim(), debtorAccountId: account.accountId };
    const back = accountsAs(bank(), 'BACK_OFFICE');
    const { accountId } = account;
    await back.freezeAccount({ requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.SANCTIONS });
    expect(await authorize(order)).to.deep.equal(['ACCOUNT_FROZEN']);
    await back.unfreezeAccount({ requestId: aRequestId(), accountId });
    expect((await authorize(order))[0]).to.be.an('object');
    await back.closeAccount({ requestId: aRequestId(), accountId });
    expect(await authorize(order)).to.deep.equal(['ACCOUNT_CLOSED']);

    const migrating = await openAccount(bank(), { owners: [jana], migrating: true });
    const history: Order = {
      actor: staff('BACK_OFFICE'),
      operation: MIGRATION,
      debtorAccountId: migrating.accountId,
      amount: czk('5'),
    };
    const [allowed, used] = await authorize(history, { ...toHim(), debtorAccountId: migrating.accountId });
    expect(allowed).to.deep.include({ debtorPartyId: jana });
    expect(used).to.equal('ACCOUNT_NOT_ACTIVE');
    await back.cutOverAccounts({ requestId: aRequestId(), accountIds: [migrating.accountId] });
    expect(await authorize(history)).to.deep.equal(['ACCOUNT_NOT_MIGRATING']);
  });

  it('decides a thousand at once', async () => {
    const started = performance.now();
    const outcomes = await authorize(...Array.from({ length: 1_000 }, () => toHim()));
    expect(outcomes).to.have.length(1_000);
    expect(outcomes.every((outcome) => typeof outcome === 'object')).to.equal(true);
    expect(performance.now() - started).to.be.below(2_000);
  });

  it('is for the transaction service alone', async () => {
    await refused(
      bank()
        .as(AccountService, 'loan')
        .authorizeOrders({ orders: [toHim()] }),
      'CALLER_NOT_ALLOWED',
    );
    await refused(accountsAs(bank(), 'TELLER').authorizeOrders({ orders: [toHim()] }), 'CALLER_NOT_ALLOWED');
    const { actor: _, ...nobodys } = toHim();
    const request = { orders: [nobodys] };
    await refused(bank().as(AccountService, 'transaction').authorizeOrders(request), 'REQUEST_INVALID');
  });

  it('lets no more be on an account and in its pots together than the tiers of its owners do', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    await payIn(bank(), account, '80.00');
    const client = accountsOf(bank(), owner);
    await client.movePotMoney(moving(await aPot(client, account.accountId), '60.00'));
    await aPot(client, account.accountId);
    await limitBalance(bank().database('account'), owner, '100.00');
    const creditor = { case: 'creditorAccountId' as const, value: account.accountId };
    const limit = async () => {
      const [allowed] = await authorize({ ...toHim(), creditor });
      return typeof allowed === 'object' && allowed.creditorBalanceLimit?.amount;
    };
    expect(await limit()).to.equal('40.00');
    await payIn(bank(), account, '90.00');
    await client.movePotMoney(moving(await aPot(client, account.accountId), '90.00'));
    expect(await limit()).to.equal('0.00');
  });
});
