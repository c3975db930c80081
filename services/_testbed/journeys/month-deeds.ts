// What people and others do in the month of a bank, each deed with what it changes in the model.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { customer } from '#chassis/testing/clients.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import { PaymentOrderState, RecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { aRequestId } from '../opening.ts';
import { until, untilDecided } from '../patience.ts';
import { callers, czk, koruny, once, type Person, today, type World } from './month-world.ts';

const ELSEWHERE = 'DE89370400440532013000';
const NOBODYS = 'CZ6508000000192000145399';
const { SETTLED, RETURNED, FAILED } = PaymentOrderState;

/** A number that makes a deed its own: by it terminals, schemes and drawers choose how they behave. */
interface Terms {
  readonly who: Person;
  readonly other: Person;
  readonly minor: bigint;
  readonly turn: number;
}

type Deed = (world: World, terms: Terms) => Promise<void>;

/** How the scheme behaves, by the name of who is paid, and how that has to end. */
const PAYEES = [
  ['Petr Svoboda', SETTLED],
  ['REJECT AC04', FAILED],
  ['RETURN MD07', RETURNED],
  ['SILENT 2', SETTLED],
  ['DEAF 1', SETTLED],
  ['BUSY 1', SETTLED],
  ['TWICE', SETTLED],
  ['SLOW', SETTLED],
] as const;

async function payOut(
  world: World,
  { who, minor }: Terms,
  [creditorName, final]: readonly [string, PaymentOrderState],
) {
  const terms = { debtorAccountId: who.account.accountId, creditorIban: ELSEWHERE, creditorName, amount: czk(minor) };
  const { paymentOrder } = await once((requestId) =>
    callers(world)
      .payer(who)
      .orderPayment({ requestId, ...terms }),
  );
  const order = { paymentOrderId: paymentOrder?.paymentOrderId ?? '', final };
  world.orders.push(order);
  if (final === SETTLED) await paid(world, who, minor);
  return order;
}

/** What has gone, or, negative, has come back. */
async function paid(world: World, who: Person, minor: bigint): Promise<void> {
  const month = (await today(world)).slice(0, 7);
  who.expected -= minor;
  who.paidOut.set(month, (who.paidOut.get(month) ?? 0n) + minor);
}

function pass(from: Person, to: Person, minor: bigint): void {
  from.expected -= minor;
  to.expected += minor;
}

const DEEDS: Readonly<Record<string, Deed>> = {
  async paysToAnotherBank(world, terms) {
    await payOut(world, terms, PAYEES[terms.turn % PAYEES.length] ?? PAYEES[0]);
  },
  async asksBackWhatWasPaid(world, terms) {
    const { who, minor, turn } = terms;
    const isKept = turn % 2 === 0;
    const order = await payOut(world, terms, [isKept ? 'KEEP CUST' : 'TWICE', SETTLED]);
    const { paymentOrderId } = order;
    const read = () => untilDecided(() => callers(world).payer(who).getPaymentOrder({ paymentOrderId }));
    await until('the settlement', async () => (await read()).paymentOrder?.state === SETTLED);
    await once((requestId) =>
      callers(world).payer(who).recallPaymentOrder({ requestId, paymentOrderId, isoReason: 'DUPL' }),
    );
    await until('the answer', async () => {
      const state = (await read()).paymentOrder?.recall?.state;
      return state === (isKept ? RecallState.REFUSED : RecallState.ACCEPTED);
    });
    if (isKept) return;
    order.final = RETURNED;
    await paid(world, who, -minor);
  },
  async isPaidByAnotherBank(world, { who, minor, turn }) {
    const id = aRequestId('in');
    const payment = { id, creditorIban: who.account.iban, currency: 'CZK', amount: koruny(minor) };
    await world.scheme('pay', { ...payment, times: 1 + (turn % 3) });
    who.expected += minor;
  },
  async isPaidAndAskedBack(world, { who, minor, turn }) {
    const id = aRequestId('back');
    await world.scheme('pay', { id, creditorIban: who.account.iban, currency: 'CZK', amount: koruny(minor) });
    await until('the payment', async () => (await world.totals()).incoming[id]?.outcome === 'accepted');
    await world.scheme('recall', { id, times: 2 });
    const { accountId } = who.account;
    const accepted = turn % 2 === 0;
    const { receivedRecallId } = await until('the recall', async () => {
      const { receivedRecalls } = await untilDecided(() =>
        callers(world).payer(who).listReceivedRecalls({ accountId }),
      );
      return receivedRecalls.find(({ amount }) => amount?.amount === koruny(minor));
    });
    await once((requestId) => callers(world).desk().answerReceivedRecall({ requestId, receivedRecallId, accepted }));
    if (!accepted) who.expected += minor;
  },
  async isPaidByMistake(world, { who, minor, turn }) {
    const payment = { id: aRequestId('stray'), creditorIban: NOBODYS, currency: 'CZK', amount: koruny(minor) };
    await world.scheme('pay', payment);
    world.strays.push({ minor, to: turn % 2 === 0 ? who : undefined });
  },
  async paysSomebodyHere(world, { who, other, minor }) {
    const request = { debtorAccountId: who.account.accountId, amount: czk(minor) };
    await once((requestId) =>
      callers(world)
        .payer(who)
        .transferFunds({
          ...request,
          requestId,
          creditor: { case: 'creditorAccountId', value: other.account.accountId },
        }),
    );
    pass(who, other, minor);
  },
  async paysByCard(world, { who, minor, turn }) {
    const behaviour = (['TWICE', 'SILENT', 'REPEATED', undefined] as const)[turn % 4];
    const asked = { cardNumber: who.cardNumber, currency: 'CZK', amount: koruny(minor), use: 'withdrawal' } as const;
    const answer = await world.network.terminals.ask({ type: '0200', ...asked, ...(behaviour && { behaviour }) });
    expect(answer.code, behaviour).to.equal(behaviour === 'SILENT' ? '' : '00');
    if (behaviour !== 'SILENT') who.expected -= minor;
  },
  async staysAtAHotel(world, { who, minor, turn }) {
    const asked = { cardNumber: who.cardNumber, currency: 'CZK' };
    const { terminals } = world.network;
    const hold = await terminals.ask({ type: '0100', ...asked, amount: koruny(minor) });
    expect(hold.code).to.equal('00');
    // More than was held, less, or nothing at all.
    const bill = [minor + 100n, minor - 50n, 0n][turn % 3] ?? 0n;
    if (bill === 0n) await terminals.reverse({ trace: hold.trace });
    else
      await terminals.ask({ type: '0220', ...asked, amount: koruny(bill), completes: hold.trace, behaviour: 'TWICE' });
    who.expected -= bill;
  },
  async writesACheque(world, { who, minor, turn }) {
    const number = nextCheque(who);
    const { accountId, iban: drawerIban } = who.account;
    const isStopped = turn % 3 === 0;
    const stopping = { accountId, firstNumber: number };
    const mine = world.bank.asPrincipal(AccountService, customer(who.customerId));
    if (isStopped) await once((requestId) => mine.stopCheques({ requestId, ...stopping }));
    const cheque = { drawerIban, number, amount: czk(minor), chequeDate: await today(world) };
    const present = () =>
      once((requestId) =>
        callers(world)
          .clearing()
          .presentCheque({ requestId, ...cheque }),
      );
    if (isStopped) return void (await refused(present(), 'CHEQUE_STOPPED'));
    await present();
    who.expected -= minor;
    world.cheques.push(-minor);
    await refused(present(), 'CHEQUE_PAID');
  },
  async paysAChequeIn(world, { who, minor, turn }) {
    const cheque = { drawerIban: ELSEWHERE, number: chequeElsewhere(), amount: czk(minor) };
    const request = { ...cheque, chequeDate: await today(world), creditorAccountId: who.account.accountId };
    const { result } = await once((requestId) =>
      callers(world)
        .teller()
        .depositCheque({ requestId, ...request }),
    );
    if (result.case !== 'chequeDeposit') throw new Error('a cheque of another bank was paid at once');
    const { chequeDepositId } = result.value;
    const isReturned = turn % 2 === 0;
    const report = isReturned
      ? { state: ChequeDepositState.RETURNED, isoReason: 'AM04' }
      : { state: ChequeDepositState.CLEARED };
    await once((requestId) =>
      callers(world)
        .clearing()
        .reportChequeDeposit({ requestId, chequeDepositId, ...report }),
    );
    if (isReturned) return;
    who.expected += minor;
    world.cheques.push(minor);
  },
};

let elsewhere = 0;
const chequeElsewhere = (): number => {
  elsewhere += 1;
  return elsewhere;
};

function nextCheque(who: Person): number {
  who.cheques += 1;
  return who.cheques;
}

/** Some deeds of a day, all at about the same time: at least one of each kind. */
export function deedsOf(world: World, seed: number, count: number): (() => Promise<void>)[] {
  const kinds = Object.keys(DEEDS);
  const drawn = fc.sample(
    fc.record({
      who: fc.nat(world.people.length - 1),
      other: fc.integer({ min: 1, max: world.people.length - 1 }),
      minor: fc.bigInt({ min: 100n, max: 9_999n }),
      turn: fc.nat(1_000),
      pause: fc.nat(400),
    }),
    { seed, numRuns: Math.max(count, kinds.length) },
  );
  return drawn.map(({ who, other, minor, turn, pause }, index) => async () => {
    await sleep(pause);
    const name = kinds[index % kinds.length] ?? '';
    const [one, two] = [world.people[who], world.people[(who + other) % world.people.length]];
    if (!one || !two) throw new Error('nobody lives here');
    await DEEDS[name]?.(world, { who: one, other: two, minor, turn }).catch((cause: unknown) => {
      throw new Error(`${name} by ${one.account.accountId}, ${minor}, ${turn}: ${String(cause)}`, { cause });
    });
  });
}
