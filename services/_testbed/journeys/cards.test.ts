// What is asked by cards over the line of a switch that repeats, loses and takes back, with services that die in between: everything is
// done once, and the bank and the network have the same books.
import { expect } from 'chai';
import { customer } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type CardSwitchSimulator, startCardSwitchSimulator } from '../../../tools/card-switch-simulator/server.ts';
import type { Asked } from '../../../tools/card-switch-simulator/terminals.ts';
import { integration } from '../../integration/service.ts';
import { transaction } from '../../transaction/service.ts';
import { useBank } from '../bank.ts';
import { type Beside, startBeside } from '../beside.ts';
import { cardNumberOf } from '../card-numbers.ts';
import { checkLaws } from '../laws.ts';
import { accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../opening.ts';

describe('What is asked by cards', function cards() {
  this.timeout(300_000);
  const bank = useBank({ edge: false, services: ['security', 'ledger', 'customer', 'account'] });
  let beside: Beside;
  let network: CardSwitchSimulator;
  let account: Account;
  let cardNumber = '';

  before('starts the switch, and the services that are to die, as processes', async () => {
    network = await startCardSwitchSimulator();
    beside = await startBeside(bank(), [integration, transaction], { CARD_SWITCH_ADDRESS: network.address });
    const jana = await registerPerson(bank());
    account = await openAccount(bank(), { owners: [jana] });
    await payIn(bank(), account, '1000.00');
    const office = accountsAs(bank(), 'BACK_OFFICE');
    const { card } = await office.issueCard({
      requestId: aRequestId(),
      accountId: account.accountId,
      customerId: jana,
    });
    const cardId = card?.cardId ?? '';
    await bank().asPrincipal(AccountService, customer(jana)).activateCard({ requestId: aRequestId(), cardId });
    cardNumber = await cardNumberOf(bank(), cardId);
  });
  after(async () => {
    await beside.stop();
    await network.stop();
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));

  const ask = (type: Asked['type'], amount: string, more: Partial<Asked> = {}) =>
    network.terminals.ask({ type, cardNumber, currency: 'CZK', amount, ...more });
  async function balances(): Promise<string> {
    const { accountId } = account;
    const { booked, held } = await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId });
    return `booked ${booked?.amount} held ${held?.amount}`;
  }
  /** What the bank's own books say that it owes the network, in minor units. */
  async function owed(): Promise<bigint> {
    const ledgerAccountIds = ['lac_card_clearing_czk'];
    const { balances: found } = await bank().as(LedgerService, 'transaction').getBalances({ ledgerAccountIds });
    return -BigInt((found[0]?.booked?.amount ?? '0').replace('.', ''));
  }

  it('is answered and booked once, whatever is repeated, lost and taken back', async () => {
    const cash = await ask('0200', '100.00', { use: 'withdrawal', behaviour: 'TWICE' });
    expect([cash.code, await balances()]).to.deep.equal(['00', 'booked 900.00 held 0.00']);
    const hotel = await ask('0100', '300.00', { behaviour: 'REPEATED' });
    expect([hotel.code, await balances()]).to.deep.equal(['00', 'booked 900.00 held 300.00']);
    await network.terminals.reverse({ trace: hotel.trace, remaining: '200.00' });
    expect(await balances()).to.equal('booked 900.00 held 200.00');
    const completed = await ask('0220', '220.00', { completes: hotel.trace, behaviour: 'TWICE' });
    expect([completed.code, await balances()]).to.deep.equal(['00', 'booked 680.00 held 0.00']);
    await ask('0200', '50.00', { behaviour: 'SILENT' });
    await ask('0100', '60.00', { behaviour: 'SILENT' });
    expect(await balances()).to.equal('booked 680.00 held 0.00');
    await network.terminals.reverse({ trace: cash.trace });
    expect(await balances()).to.equal('booked 780.00 held 0.00');
    const codes = [
      await ask('0100', '780.01'),
      await ask('0100', '1.00', { countryCode: 'DE' }),
      await ask('0100', '1.00', { currency: 'EUR' }),
      await ask('0100', '1.00', { cardNumber: '4111111111111111' }),
      await ask('0100', '1.00', { expiry: '0101' }),
    ].map(({ code }) => code);
    expect(codes).to.deep.equal(['51', '57', '12', '14', '54']);
    const part = await ask('0200', '1000.00', { partial: true });
    expect([part.code, part.amount, await balances()]).to.deep.equal(['10', '78000', 'booked 0.00 held 0.00']);
    const standIn = await ask('0120', '20.00');
    await ask('0220', '25.00', { completes: standIn.trace });
    expect(await balances()).to.equal('booked -25.00 held 0.00');
    expect(await owed()).to.equal(network.terminals.total());
  });

  it('is done once whoever is killed, and whichever line is cut', async () => {
    await payIn(bank(), account, '525.00');
    const asked = Array.from({ length: 10 }, (_, index) =>
      ask(index % 2 === 0 ? '0200' : '0100', '10.00', index % 5 === 0 ? { behaviour: 'SILENT' } : {}),
    );
    await beside.killed('transaction');
    network.cut();
    await beside.killed('integration');
    const answers = await Promise.all(asked);
    // Those of which the answer was lost are taken back, whether they had come or not.
    expect(answers.map(({ code }) => code)).to.deep.equal(['', '00', '00', '00', '00', '', '00', '00', '00', '00']);
    expect(await balances()).to.equal('booked 460.00 held 40.00');
    expect(await owed()).to.equal(network.terminals.total());
  });

  it('names the number of no card in what the services log', () => {
    expect(beside.output()).to.not.include(cardNumber);
  });
});
