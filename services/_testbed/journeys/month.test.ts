// A month of a bank: salaries by file, rents by standing orders, cards, cheques, payments in and out, returns and recalls, with other
// banks that misbehave and services that are killed. In the end every payment has ended right, everybody has what they should, to the
// cent, and was told once; nothing is held or counted that is over; and the books of all sides agree.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ServiceName } from '#chassis/services.ts';
import { customer } from '#chassis/testing/clients.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { LimitPeriod, PayeeClass } from '#gen/bank/transaction/v1/limit_pb.ts';
import { SuspenseItemState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ended, paymentFile } from '../../integration/testing.ts';
import { aLimit, publishLimits } from '../../transaction/testing-limits.ts';
import { aSchedule } from '../../transaction/testing-schedules.ts';
import { useBank } from '../bank.ts';
import { endDay } from '../days.ts';
import { checkLaws } from '../laws.ts';
import { accountsAs, aRequestId } from '../opening.ts';
import { until, untilDecided } from '../patience.ts';
import { deedsOf } from './month-deeds.ts';
import { booked, callers, czk, koruny, once, type Person, startWorld, today, type World } from './month-world.ts';

const PEOPLE = PROOF ? 200 : 12;
const DAYS = PROOF ? 30 : 3;
const DEEDS = PROOF ? 60 : 22;
const KILLED: readonly ServiceName[] = ['transaction', 'integration'];
const OPENING = 1_000_000n;
const SALARY = 2_500_000n;
const RENT = 900_000n;

describe('A month of a bank', function aMonth() {
  this.timeout(PROOF ? 3_600_000 : 900_000);
  const bus = useBus();
  const bank = useBank({
    edge: false,
    services: ['security', 'ledger', 'customer', 'account', 'notification'],
    get environment() {
      return { NATS_URL: bus().url };
    },
  });
  const seed = Number(process.env['COREBANK_SEED'] ?? randomInt(2 ** 31));
  let world: World;
  let firm: Person;
  let landlord: Person;

  before('has people move in', async () => {
    world = await startWorld(bank(), PEOPLE, OPENING);
    [firm, landlord] = [world.people[0] as Person, world.people[1] as Person];
    await publishLimits(world.beside, [
      aLimit('month-elsewhere', '9000000.00', { period: LimitPeriod.MONTH, payeeClass: PayeeClass.OTHER_BANK }),
    ]);
  });
  after(async () => {
    await world?.stop();
  });

  async function paySalaries(): Promise<void> {
    const paid = world.people.filter((one) => one !== firm);
    const payments = paid.map(({ account }, index) => ({
      endToEndId: `SAL${index}`,
      amount: koruny(SALARY),
      iban: account.iban,
    }));
    const total = SALARY * BigInt(paid.length);
    // What the firm earns comes from another bank.
    await world.scheme('pay', {
      id: aRequestId('sales'),
      creditorIban: firm.account.iban,
      currency: 'CZK',
      amount: koruny(total),
    });
    await until('the money for salaries', async () => (await balanceOf(firm)) >= total);
    const content = paymentFile(aRequestId(), firm.account.iban, payments);
    const { partDigest } = await once((requestId) =>
      callers(world).files(firm).uploadPaymentFilePart({ requestId, content }),
    );
    const { paymentFile: file } = await once((requestId) =>
      callers(world)
        .files(firm)
        .submitPaymentFile({ requestId, partDigests: [partDigest] }),
    );
    const { paymentFileId = '' } = file ?? {};
    const done = await untilDecided(() => ended(callers(world).files(firm), paymentFileId));
    expect([done.bookedCount, done.refusedCount]).to.deep.equal([paid.length, 0]);
    for (const one of paid) one.expected += SALARY;
  }

  async function orderRents(): Promise<void> {
    const first = Temporal.PlainDate.from(await today(world));
    for (const [index, tenant] of world.people.entries()) {
      if (tenant === landlord) continue;
      const day = first.add({ days: 1 + (index % (DAYS - 1)) }).toString();
      const terms = { recurrenceRule: 'FREQ=MONTHLY', amount: { case: 'fixedAmount' as const, value: czk(RENT) } };
      await once((requestId) =>
        callers(world)
          .payer(tenant)
          .schedulePayment({ ...aSchedule(tenant.account, landlord.account, day, terms), requestId }),
      );
      tenant.expected -= RENT;
      landlord.expected += RENT;
    }
  }

  async function balanceOf({ account: { accountId } }: Person): Promise<bigint> {
    const { booked: amount } = await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId });
    return BigInt(amount?.amount.replace('.', '') ?? '0');
  }

  /** Kills one after the other until it is told to stop; each runs for longer than it takes to start, on any machine. */
  async function killing(signal: AbortSignal): Promise<number> {
    let tookMs = 1_000;
    for (let kills = 0; ; kills += 1) {
      await sleep(tookMs * (1 + 2 * Math.random()), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return kills;
      const began = performance.now();
      await world.beside.killed(KILLED[kills % KILLED.length] ?? 'transaction');
      tookMs = performance.now() - began;
    }
  }

  it('goes by, whoever misbehaves and whoever dies', async () => {
    console.log(`      ${PEOPLE} people, ${DAYS} days of ${DEEDS} deeds from COREBANK_SEED=${seed}`);
    const over = new AbortController();
    const deaths = killing(over.signal);
    try {
      await orderRents();
      await paySalaries();
      for (let day = 0; day < DAYS; day += 1) {
        await Promise.all(deedsOf(world, seed + day, DEEDS).map((deed) => deed()));
        await endDay(bank());
      }
    } finally {
      over.abort();
    }
    console.log(`      ${await deaths} times a service was killed`);
  });

  it('leaves no payment that has not ended as it has to', async () => {
    for (const { paymentOrderId, final } of world.orders) {
      const read = () => callers(world).desk().getPaymentOrder({ paymentOrderId });
      await until(`state ${final} of ${paymentOrderId}`, async () => (await read()).paymentOrder?.state === final);
      const { paymentOrder } = await read();
      const states = paymentOrder?.changes.map(({ state }) => state) ?? [];
      expect(new Set(states).size, `${paymentOrderId}: ${states.join()}`).to.equal(states.length);
    }
    await until('all that comes in', async () =>
      Object.values((await world.totals()).incoming).every(({ outcome }) => outcome !== ''),
    );
  });

  it('has what came for nobody go to whom it was meant for, or back', async () => {
    const { suspenseItems } = await callers(world).desk().listSuspenseItems({
      state: SuspenseItemState.OPEN,
      pageSize: 1_000,
    });
    expect(suspenseItems).to.have.length(world.strays.length);
    for (const { minor, to } of world.strays) {
      const at = suspenseItems.findIndex(({ amount }) => amount?.amount === koruny(minor));
      const [item] = suspenseItems.splice(at, 1);
      const { suspenseItemId = '' } = item ?? {};
      if (!to) {
        await callers(world).desk().returnSuspenseItem({ requestId: aRequestId(), suspenseItemId, isoReason: 'AC01' });
        continue;
      }
      const { accountId } = to.account;
      await callers(world).executor().allocateSuspenseItem({ requestId: aRequestId(), suspenseItemId, accountId });
      to.expected += minor;
    }
  });

  it('leaves everybody with what they should have, to the cent, and with nothing held', async () => {
    for (const person of world.people) {
      const { accountId } = person.account;
      await until('nothing that is held', async () => {
        const { held } = await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId });
        return held?.amount === '0.00';
      });
      expect(await balanceOf(person), accountId).to.equal(person.expected);
    }
  });

  it('counts against limits what has stayed away, and nothing else', async () => {
    const month = (await today(world)).slice(0, 7);
    for (const person of world.people) {
      const mine = world.beside.asPrincipal(TransactionService, customer(person.customerId));
      const [limit] = (await mine.listLimits({})).limits;
      expect(limit?.usedAmount?.amount, person.customerId).to.equal(koruny(person.paidOut.get(month) ?? 0n));
    }
  });

  it('has the same books as the scheme and the network of cards', async () => {
    const byCheque = world.cheques.reduce((sum, one) => sum + one, 0n);
    await until('the same as the scheme', async () => {
      const theirs = (await world.totals()).positions['CZK'] ?? '0.00';
      return (await booked(world, 'lac_clearing_czk')) === BigInt(theirs.replace('.', '')) + byCheque;
    });
    await world.scheme('statement', { currency: 'CZK', date: await today(world) });
    const proof = await until(
      'the proof',
      async () => (await callers(world).line().getReconciliation({})).reconciliations[0],
    );
    // Cheques are cleared with nobody that could say so yet: they, to the cent, are what the two do not agree on.
    const { reconciliationExceptions: open } = await callers(world)
      .line()
      .listReconciliationExceptions({ pageSize: 1_000 });
    expect([proof.unexplainedDifference?.amount, proof.theirOpenCount]).to.deep.equal(['0.00', 0]);
    const amounts = open.map(({ amount }) => amount?.amount ?? '');
    expect(amounts).to.have.members(world.cheques.map((minor) => (minor < 0n ? `-${koruny(-minor)}` : koruny(minor))));
    expect(-(await booked(world, 'lac_card_clearing_czk'))).to.equal(world.network.terminals.total());
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('has told everybody of every movement, once', async () => {
    const owners = new Map(world.people.map(({ account, customerId }) => [account.accountId, customerId]));
    const moved = await world.beside.database('transaction').query<{ id: string; debtor: string; creditor: string }>(`
      select id, debtor_account_id as debtor, creditor_account_id as creditor from transaction
      where state in ('posted', 'reversed')`);
    const due = moved.flatMap(({ id, debtor, creditor }) => [
      ...(owners.has(debtor) ? [`${owners.get(debtor)} money-out ${id}`] : []),
      ...(owners.has(creditor) ? [`${owners.get(creditor)} money-in ${id}`] : []),
    ]);
    const told = async () => {
      const notices = await bank()
        .database('notification')
        .query<{ text: string }>(`
        select party_id || ' ' || template || ' ' || (facts ->> 'transactionId') as text from notice
        where template in ('money-in', 'money-out')`);
      return notices.map(({ text }) => text);
    };
    await until('the last notice', async () => {
      const all = new Set(await told());
      return due.every((one) => all.has(one));
    });
    const all = await told();
    expect(all.filter((one) => !due.includes(one))).to.deep.equal([]);
    expect(all).to.have.length(due.length);
  });
});

/** A bus for the tests of a `describe`, which are skipped where the launcher of the tests found no server for it, and said so. */
function useBus(): () => TestBus {
  let bus: TestBus | undefined;
  before('starts the bus', async function startsTheBus() {
    if (!process.env['NATS_URL']) return this.skip();
    bus = await startTestBus();
  });
  after('stops the bus', () => bus?.stop());
  return () => {
    if (!bus) throw new Error('the bus runs inside tests and hooks only');
    return bus;
  };
}
