import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { eventsOf, publishedOf } from '#chassis/testing/events.ts';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionsImportedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { Direction, MigrationCounterpart, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { approved, aRequestId, as, balanceOf, czk, dump, of } from '../testing.ts';

const { CASH, CLEARING, INTEREST, FEES } = MigrationCounterpart;
const { CREDIT, DEBIT } = Direction;

describe('BatchImportTransactions', () => {
  const bank = useBank({ edge: false });
  let owner = '';
  let account: Account;

  before(async () => {
    owner = await registerPerson(bank());
  });
  beforeEach(async () => {
    account = await openAccount(bank(), { owners: [owner], migrating: true });
  });

  const item = (amount: string, direction: Direction = CREDIT, changes: object = {}) => ({
    externalReference: aRequestId(),
    accountId: account.accountId,
    direction,
    counterpart: CASH,
    amount: czk(amount),
    bookingDate: '1995-03-24',
    ...changes,
  });
  const bring = async (transactions: ReturnType<typeof item>[], validateOnly = false) =>
    (await as(bank(), 'BACK_OFFICE').batchImportTransactions({ transactions, validateOnly })).outcomes;
  const journalIdOf = async (transactionId: string) =>
    (await of(bank(), owner).getTransaction({ transactionId })).transaction?.journalId ?? '';
  const entries = async (booked: Account) => {
    const ledgerAccountId = deriveId('lac', booked.accountId);
    return (await bank().as(LedgerService, 'account').listEntries({ ledgerAccountId })).entries;
  };

  it('books history on its own dates against the right accounts, even below zero', async () => {
    const outcomes = await bring([
      item('100', DEBIT, { counterpart: CLEARING, bookingDate: '1993-01-01', counterparty: 'YZ 87144583' }),
      item('500', CREDIT, { counterpart: CASH, bookingDate: '1993-01-02', remittanceInformation: 'first pay' }),
      item('1.5', CREDIT, { counterpart: INTEREST }),
      item('2.5', DEBIT, { counterpart: INTEREST }),
      item('14.6', DEBIT, { counterpart: FEES }),
    ]);
    expect(outcomes.map(({ refusal, repeated }) => [refusal, repeated])).to.deep.equal(
      Array.from({ length: 5 }, () => [undefined, false]),
    );
    expect(await balanceOf(bank(), account)).to.equal('384.40');
    const [{ transactionId } = { transactionId: '' }] = outcomes;
    const [told] = (await publishedOf(bank().database('transaction'), TransactionsImportedSchema)).slice(-1);
    expect(told?.transactions.map((imported) => imported.transactionId)).to.deep.equal(
      outcomes.map((outcome) => outcome.transactionId),
    );
    expect(await eventsOf(bank().database('transaction'), transactionId)).to.deep.equal([]);
    const ledger = bank().as(LedgerService, 'transaction');
    const others = await Promise.all(
      outcomes.map(async ({ transactionId }) => {
        const { journal } = await ledger.getJournal({ journalId: await journalIdOf(transactionId) });
        expect(journal?.kind).to.equal(JournalKind.MIGRATION);
        return journal?.entries.map(({ ledgerAccountId }) => ledgerAccountId).find((id) => id.endsWith('_czk'));
      }),
    );
    expect(others).to.deep.equal([
      'lac_clearing_czk',
      'lac_cash_czk',
      'lac_interest_expense_czk',
      'lac_interest_income_czk',
      'lac_fee_income_czk',
    ]);
    const { transactions } = await of(bank(), owner).listTransactions({ accountId: account.accountId });
    expect(transactions.map(({ bookingDate }) => bookingDate)).to.deep.equal([
      '1995-03-24',
      '1995-03-24',
      '1995-03-24',
      '1993-01-02',
      '1993-01-01',
    ]);
    expect(transactions.at(-1)).to.include({
      type: TransactionType.MIGRATION,
      counterparty: 'YZ 87144583',
      debtorAccountId: account.accountId,
      creditorAccountId: '',
    });
    expect(transactions.at(-2)).to.include({ remittanceInformation: 'first pay' });
    const dumped = await dump(bank().database('transaction'));
    expect(dumped).not.to.contain('YZ 87144583');
    expect(dumped).not.to.contain('first pay');
  });

  it('books the items of an account in their order, and each reference once, whoever brings it', async () => {
    const other = await openAccount(bank(), { owners: [owner], migrating: true });
    const items = Array.from({ length: 60 }, (_, n) =>
      item(`${n + 1}`, n % 2 ? DEBIT : CREDIT, n % 3 ? {} : { accountId: other.accountId }),
    );
    const first = await bring(items);
    const again = await bring(items);
    expect(again).to.deep.equal(first.map((outcome) => ({ ...outcome, repeated: true })));
    const colleague = { ...staff('BACK_OFFICE'), partyId: 'stf_another' };
    const third = await bank()
      .asPrincipal(TransactionService, colleague)
      .batchImportTransactions({ transactions: items });
    expect(third.outcomes).to.deep.equal(again);
    for (const booked of [account, other]) {
      const expected = items.filter(({ accountId }) => accountId === booked.accountId);
      expect((await entries(booked)).map(({ amount }) => amount?.amount)).to.deep.equal(
        expected.map(({ amount }) => `${amount.amount}.00`),
      );
    }
  });

  it('books a reference once when many bring it at the same time', async () => {
    const items = Array.from({ length: 20 }, () => item('1'));
    const brought = await Promise.all(Array.from({ length: 10 }, () => bring(items)));
    const ids = brought.map((outcomes) => outcomes.map(({ transactionId }) => transactionId).join());
    expect(new Set(ids).size).to.equal(1);
    expect(await balanceOf(bank(), account)).to.equal('20.00');
    const fresh = brought.flat().filter(({ repeated }) => !repeated);
    expect(fresh.length).to.equal(20);
  });

  it('books a reference that stands twice in a call once, and refuses another content', async () => {
    const one = item('5');
    const outcomes = await bring([one, one, { ...one, amount: czk('6') }]);
    expect(outcomes.map(({ refusal, repeated }) => refusal?.detail?.reason ?? repeated)).to.deep.equal([
      false,
      true,
      'REQUEST_EXISTS',
    ]);
    expect(outcomes[1]?.transactionId).to.equal(outcomes[0]?.transactionId);
    expect(await balanceOf(bank(), account)).to.equal('5.00');
  });

  it('books each once when two bring the history of an account in opposite orders at the same time', async () => {
    const items = Array.from({ length: 30 }, (_, n) => item(`${n + 1}`));
    const [there, back] = await Promise.all([bring(items), bring(items.toReversed())]);
    expect(back.toReversed().map(({ transactionId }) => transactionId)).to.deep.equal(
      there.map(({ transactionId }) => transactionId),
    );
    expect(await balanceOf(bank(), account)).to.equal('465.00');
  });

  it('lets one of two contents of a reference win when both are brought at the same time, and remembers it', async () => {
    const pairs = Array.from({ length: 20 }, () => [item('1'), item('1')] as const).map(
      ([one, other], n) =>
        [
          one,
          {
            ...other,
            externalReference: one.externalReference,
            amount: czk(n % 2 ? '2' : '1'),
            remittanceInformation: 'other',
          },
        ] as const,
    );
    const both = await Promise.all([0, 1].map((side) => bring(pairs.map((pair) => pair[side as 0 | 1]))));
    for (const [n, pair] of pairs.entries()) {
      const reasons = both.map((outcomes) => outcomes[n]?.refusal?.detail?.reason ?? 'booked');
      expect(reasons.toSorted()).to.deep.equal(['REQUEST_EXISTS', 'booked']);
      const [again] = await bring([pair[reasons.indexOf('booked') as 0 | 1]]);
      expect(again).to.include({ repeated: true });
    }
  });

  it('refuses an item without harm to its neighbours', async () => {
    const active = await openAccount(bank(), { owners: [owner] });
    const known = item('3');
    await bring([known]);
    const outcomes = await bring([
      item('1'),
      { ...known, amount: czk('4') },
      item('1', CREDIT, { accountId: 'acc_unknown' }),
      item('1', CREDIT, { accountId: active.accountId }),
      item('1', CREDIT, { amount: { currencyCode: 'EUR', amount: '1' } }),
      item('1', CREDIT, { bookingDate: '2999-01-01' }),
      item('1', CREDIT, { bookingDate: '1995-02-29' }),
      item('0'),
      item('2'),
    ]);
    expect(outcomes.map(({ refusal }) => refusal?.detail?.reason)).to.deep.equal([
      undefined,
      'REQUEST_EXISTS',
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_NOT_MIGRATING',
      'CURRENCY_MISMATCH',
      'BOOKING_DATE_NOT_OPEN',
      'DATE_INVALID',
      'AMOUNT_NOT_POSITIVE',
      undefined,
    ]);
    expect(await balanceOf(bank(), account)).to.equal('6.00');
    const refusedAlone = item('1', CREDIT, { accountId: active.accountId });
    for (const _ of [1, 2]) {
      const [outcome] = await bring([refusedAlone]);
      expect(outcome?.refusal?.detail?.reason).to.equal('ACCOUNT_NOT_MIGRATING');
    }
  });

  it('tells with validate_only what would happen, and does nothing', async () => {
    const items = [item('1'), item('1', CREDIT, { bookingDate: '2999-01-01' })];
    const outcomes = await bring(items, true);
    expect(outcomes.map(({ refusal }) => refusal?.detail?.reason)).to.deep.equal([undefined, 'BOOKING_DATE_NOT_OPEN']);
    expect(await balanceOf(bank(), account)).to.equal('0.00');
    expect((await bring(items)).map(({ repeated }) => repeated)).to.deep.equal([false, false]);
  });

  it('cannot be undone as a transaction, and is for back office', async () => {
    const [outcome] = await bring([item('1')]);
    const undo = { requestId: aRequestId(), transactionId: outcome?.transactionId ?? '' };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(undo), 'TRANSACTION_NOT_REVERSIBLE');
    await refused(as(bank(), 'TELLER').batchImportTransactions({ transactions: [item('1')] }), 'CALLER_NOT_ALLOWED');
    const client = bank().asPrincipal(TransactionService, customer(owner));
    await refused(client.batchImportTransactions({ transactions: [item('1')] }), 'CALLER_NOT_ALLOWED');
  });

  it('has left every law of the ledger as it is', () => checkLaws(bank().database('ledger').superuserUrl));
});
