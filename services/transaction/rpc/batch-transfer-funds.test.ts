import { expect } from 'chai';
import { customer } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, balanceOf, czk, deposit } from '../testing.ts';

describe('BatchTransferFunds', () => {
  const bank = useBank({ edge: false, services: ['security', 'ledger', 'customer', 'account', 'transaction'] });
  let jana = '';
  let petr = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    await deposit(bank(), mine, '1000');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));

  const item = (amount: string, changes: object = {}) => ({
    requestId: aRequestId(),
    actor: customer(jana),
    debtorIban: mine.iban,
    creditorIban: his.iban,
    amount: czk(amount),
    ...changes,
  });
  const make = async (transfers: ReturnType<typeof item>[], validateOnly = false) =>
    (await bank().as(TransactionService, 'integration-inbound').batchTransferFunds({ transfers, validateOnly }))
      .outcomes;
  const reasons = (outcomes: Awaited<ReturnType<typeof make>>) =>
    outcomes.map(({ refusal, state }) => refusal?.detail?.reason ?? state);

  it('makes each item once, and answers the same for ever', async () => {
    const items = [item('10.00'), item('20.00'), item('100000.00')];
    expect(reasons(await make(items, true))).to.deep.equal([
      TransactionState.POSTED,
      TransactionState.POSTED,
      'INSUFFICIENT_FUNDS',
    ]);
    expect(await balanceOf(bank(), his)).to.equal('0.00');
    const first = await make(items);
    expect(await make(items)).to.deep.equal(first);
    expect(await balanceOf(bank(), his)).to.equal('30.00');
    const [other] = await make([{ ...items[0], amount: czk('11.00') } as ReturnType<typeof item>]);
    expect(other?.refusal?.detail?.reason).to.equal('REQUEST_EXISTS');
  });

  it("holds each item to its actor's rights", async () => {
    const outcomes = await make([
      item('1.00', { actor: customer(petr) }),
      item('1.00', { creditorIban: mine.iban }),
      item('1.00', { debtorIban: 'CZ6508000000192000145399' }),
      item('1.00', { creditorIban: 'CZ6508000000192000145399' }),
      item('0.001'),
    ]);
    expect(reasons(outcomes)).to.deep.equal([
      'ACCOUNT_NOT_FOUND',
      'SAME_ACCOUNT',
      'ACCOUNT_NOT_FOUND',
      'CREDITOR_NOT_FOUND',
      'CURRENCY_EXPONENT_EXCEEDED',
    ]);
  });
});
