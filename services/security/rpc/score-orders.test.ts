import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { handleEvents } from '#chassis/inbox.ts';
import { makeLog } from '#chassis/log.ts';
import { customer, refused, staff, startTestService, useService } from '#chassis/testing/service.ts';
import {
  type OrderScore,
  ScoringDecision,
  type ScoringPolicy,
  ScoringReason,
  ScoringWeightSchema,
  StepUpExemption,
} from '#gen/bank/security/v1/scoring_pb.ts';
import { TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { countedEvents } from '../scoring.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer, PASSWORD, passkeyLogin, provedBy, unique } from '../testing.ts';
import { aPayment, challengeOf, mayPay, optionsOf, proveBySignature } from '../testing-step-ups.ts';

const HOUR_MS = 3_600_000;

describe('ScoreOrders', () => {
  const bank = useService(security);
  let database: Database;
  let published = 0n;
  before(async () => {
    const { runtimeUrl: url } = bank.database;
    const log = makeLog('test', 'silent');
    database = await openDatabase({
      url,
      service: 'security',
      entities: [],
      poolMax: 4,
      statementTimeoutMs: 9_000,
      log,
    });
  });
  after(() => database[Symbol.asyncDispose]());

  const crowns = (amount: string) => ({ currencyCode: 'CZK', amount });
  const order = (debtorAccountId: string, amount = '100', changes: object = {}) => ({
    actor: customer('cus_jana'),
    debtorAccountId,
    creditorAccountId: 'acc_petr',
    amount: crowns(amount),
    userAgent: '',
    ...changes,
  });
  type Asked = ReturnType<typeof order>;
  const score = async (...orders: Asked[]) => (await bank.as('transaction').scoreOrders({ orders })).scores;
  const told = ({ decision, reasons }: OrderScore = {} as OrderScore) => {
    const nameOf = (of: object, value: number) => Object.entries(of).find(([, known]) => known === value)?.[0];
    return [nameOf(ScoringDecision, decision), ...reasons.map((reason) => nameOf(ScoringReason, reason))].join(' ');
  };

  /** An event that the transaction service publishes: so many hours ago something was paid. */
  function paid(debtorAccountId: string, amount: string, hoursAgo: number, changes: object = {}): EventEnvelope {
    const event = { type: TransactionType.TRANSFER, debtorAccountId, creditorAccountId: 'acc_petr', ...changes };
    const payload = toBinary(
      TransactionPostedSchema,
      create(TransactionPostedSchema, { ...event, amount: crowns(amount) }),
    );
    const type = TransactionPostedSchema.typeName;
    const occurTime = timestampFromMs(Date.now() - hoursAgo * HOUR_MS);
    const actor = customer('cus_jana');
    published += 1n;
    const numbers = { eventId: unique('evt'), producerSequence: published };
    return create(EventEnvelopeSchema, { ...numbers, type, payload, occurTime, actor });
  }

  const come = (envelopes: readonly EventEnvelope[]) => {
    const subscription = countedEvents({ config: { BANK_TIME_ZONE: 'Europe/Prague' } as never });
    const parts = { consumer: 'security' as const, database, vault: {} as never, log: makeLog('test', 'silent') };
    return database.transaction((tx) => handleEvents({ ...parts, subscription }, tx, envelopes));
  };

  /** All that is counted of an account. */
  async function counted(account: string): Promise<unknown> {
    return bank.database.query(
      `select 'ever' as what, transfers, total, night_transfers::text as at from account_usage where account_id = $1
       union all select 'hour', transfers, total, hour::text from account_hour where account_id = $1 order by 1, 4`,
      [account],
    );
  }

  it('lets a first payment to a new payee pass, and says why it was looked at', async () => {
    const [one] = await score(order(unique('acc_first')));
    expect(one).to.deep.include({ decision: ScoringDecision.ALLOW, policyVersion: 0 });
    expect(one?.reasons).to.include(ScoringReason.NEW_PAYEE);
  });

  it('counts events once, whatever their order and however often they come, together or alone', async () => {
    const [one, other] = [unique('acc_counted'), unique('acc_counted')];
    const changes = [{}, {}, { type: TransactionType.CASH_WITHDRAWAL }, { type: TransactionType.CASH_DEPOSIT }, {}, {}];
    const events = (account: string) => changes.map((kind, n) => paid(account, `${n + 1}.50`, n * 9, kind));
    const [forth, back] = [events(one), events(other).toReversed()];
    await come(forth);
    await come(forth);
    for (const event of back) await come([event]);
    await Promise.all(back.map((event) => come([event, ...forth]).catch(() => undefined)));
    const [first, second] = [await counted(one), await counted(other)];
    expect(second).to.deep.equal(first);
    expect(first).to.have.deep.nested.property('[0].transfers', '4');
    expect(first).to.have.deep.nested.property('[0].total', '1600');
  });

  it('judges by what was counted: payees, velocity, what is usual, and a long sleep', async () => {
    const [busy, usual, asleep] = [unique('acc_busy'), unique('acc_usual'), unique('acc_asleep')];
    const payee = { creditorAccountId: unique('acc_payee') };
    await come(Array.from({ length: 60 }, () => paid(busy, '10', 0, payee)));
    await come(Array.from({ length: 20 }, (_, n) => paid(usual, '2000', 30 + n, payee)));
    await come([paid(asleep, '100', 366 * 24, payee)]);
    const scores = await score(
      order(busy, '10', payee),
      order(busy, '999400', payee),
      order(usual, '20000', payee),
      order(usual, '20001', payee),
      order(asleep, '100', payee),
    );
    // At night the time is one more reason.
    const told5 = scores.map((one) => told(one).replace(' UNUSUAL_TIME', ''));
    expect(told5).to.deep.equal([
      'ALLOW VELOCITY_COUNT',
      'STEP_UP VELOCITY_COUNT UNUSUAL_AMOUNT',
      'ALLOW',
      'ALLOW UNUSUAL_AMOUNT',
      'ALLOW DORMANT_ACCOUNT',
    ]);
    // The customer has paid this payee, from whichever account.
    const [known] = await score(order(unique('acc_other'), '100', payee));
    expect(known?.reasons).not.to.include(ScoringReason.NEW_PAYEE);
  });

  it('knows the devices of a customer by their logins; a first one is not new, a second one is for a day', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const login = (userAgent: string) =>
      bank
        .asPrincipal(undefined, { origin: { sessionId: '', address: '192.0.2.1', userAgent } })
        .logIn({ requestId: unique('login'), username, password: PASSWORD });
    const isNew = async (userAgent: string) => {
      const [one] = await score(order(unique('acc_device'), '1', { actor: customer(customerId), userAgent }));
      return one?.reasons.includes(ScoringReason.NEW_DEVICE);
    };
    expect(await isNew('Firefox')).to.equal(false);
    await login('Firefox');
    expect([await isNew('Firefox'), await isNew('Chrome'), await isNew('')]).to.deep.equal([false, true, false]);
    await sleep(2);
    await login('Chrome');
    expect(await isNew('Chrome')).to.equal(true);
    await bank.database.query(
      `update device set first_time = first_time - interval '25 hours' where customer_id = '${customerId}'`,
    );
    expect(await isNew('Chrome')).to.equal(false);
    const rows = await bank.database.query<{ row: string }>('select d::text as row from device d');
    expect(JSON.stringify(rows)).not.to.match(/firefox|chrome/i);
  });

  it('knows the device of a login with a passkey', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const responseJson = (await aPasskey(bank, customerId)).use(await passkeyLogin(bank));
    await bank
      .asPrincipal(undefined, { origin: { sessionId: '', address: '192.0.2.1', userAgent: 'Opera' } })
      .logInWithPasskey({ requestId: unique('login'), responseJson });
    const devices = await bank.database.query('select from device where customer_id = $1', [customerId]);
    expect(devices).to.have.length(1);
  });

  it('asks for no step-up of what is small, until it is much together since the last; nor of a payee who is trusted', async () => {
    const compliance = bank.asPrincipal(staff('COMPLIANCE'));
    const { policy: first } = await compliance.getScoringPolicy({});
    const weigh = async (...weights: [ScoringReason, number][]) => {
      const { version: baseVersion } = await compliance.getScoringPolicy({});
      const weighed = weights.map(([reason, weight]) => create(ScoringWeightSchema, { reason, weight }));
      const policy = { ...(first as ScoringPolicy), weights: weighed };
      await compliance.setScoringPolicy({ requestId: unique('policy'), baseVersion, policy });
    };
    await weigh([ScoringReason.NEW_PAYEE, 50]);
    const [account, payee] = [unique('acc_small'), unique('acc_payee')];
    const to = { creditorAccountId: payee };
    const decided = async (amount: string, changes: object = to) => {
      const [one] = await score(order(account, amount, changes));
      return `${told(one)} ${one?.exemption}`;
    };
    const { UNSPECIFIED, LOW_VALUE, TRUSTED_PAYEE } = StepUpExemption;
    expect(await decided('750')).to.equal(`ALLOW NEW_PAYEE ${LOW_VALUE}`);
    expect(await decided('750.01')).to.equal(`STEP_UP NEW_PAYEE ${UNSPECIFIED}`);
    const others = { creditorAccountId: unique('acc_other') };
    await come(Array.from({ length: 4 }, () => paid(account, '500', 0, others)));
    expect(await decided('500')).to.equal(`ALLOW NEW_PAYEE ${LOW_VALUE}`);
    expect(await decided('500.01')).to.equal(`STEP_UP NEW_PAYEE ${UNSPECIFIED}`);
    await come([paid(account, '1', 0, others)]);
    expect(await decided('1')).to.equal(`STEP_UP NEW_PAYEE ${UNSPECIFIED}`);
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const payment = aPayment(customerId, { debtorAccountId: account });
    const stepUpId = await challengeOf(bank, payment);
    await proveBySignature(bank, customerId, stepUpId, made.use(await optionsOf(bank, customerId, stepUpId)));
    await mayPay(bank, payment);
    expect(await decided('1')).to.equal(`ALLOW NEW_PAYEE ${LOW_VALUE}`);
    const trust = { requestId: unique('trust'), ...to };
    await provedBy(bank, customerId, made, () => asCustomer(bank, customerId).addTrustedPayee(trust));
    const actor = customer(customerId);
    expect(await decided('900000', { ...to, actor })).to.equal(`ALLOW ${UNSPECIFIED}`);
    await weigh([ScoringReason.UNUSUAL_AMOUNT, 50]);
    expect(await decided('900000', { ...to, actor })).to.equal(`ALLOW UNUSUAL_AMOUNT ${TRUSTED_PAYEE}`);
    expect(await decided('900000')).to.equal(`STEP_UP UNUSUAL_AMOUNT ${UNSPECIFIED}`);
    await weigh(...(first?.weights ?? []).map(({ reason, weight }): [ScoringReason, number] => [reason, weight]));
  });

  it('is for the transaction service, and refuses what is no order', async () => {
    await refused(bank.as('edge').scoreOrders({ orders: [order('acc_1')] }), 'CALLER_NOT_ALLOWED');
    await refused(score(order('acc_1', '0')), 'AMOUNT_NOT_POSITIVE');
    await refused(bank.as('transaction').scoreOrders({ orders: [] }), 'REQUEST_INVALID');
  });

  it('forgets the hours that nobody asks for any more, as soon as it starts', async () => {
    const account = unique('acc_old');
    await come([paid(account, '1', 49), paid(account, '1', 1)]);
    const { database: shared, dataDir } = bank;
    const beside = await startTestService(security, { beside: { database: shared, dataDir } });
    await beside.stop();
    expect(await counted(account)).to.have.length(2);
  });
});
