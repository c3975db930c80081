// A customer who proves again who they are, for one payment and no other.

import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { refused } from '#chassis/testing/clients.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { type Authenticator, authenticator } from '../../security/testing-authenticator.ts';
import { letExpire } from '../../security/testing-step-ups.ts';
import { endDay } from '../days.ts';
import { type Counter, counter, money, TELLER, textAt } from './counter.ts';
import { type Door, PROTOCOLS, type RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

const PASSWORD = 'correct horse battery';
/** More than the first policy calls large: to a new payee it has to be proved. */
const LARGE = money('600000.00');

describe('A customer who proves a payment', function aCustomerWhoProves() {
  this.timeout(60_000);
  const journey = useJourney();
  let door: Door;
  let at: Counter;

  before(() => {
    door = journey.door('gRPC');
    at = counter(door);
  });

  /** Somebody who has logged in, with 2,000,000 CZK; and somebody whom they have never paid. */
  async function aPayer(inside = door, balance = '2000000.00') {
    const { customerId, accountId } = await at.personWithAccount('Jana');
    const petr = await at.personWithAccount('Petr');
    await at.deposit(accountId, money(balance));
    const issued = await door.call(TELLER, 'security.IssueEnrolmentCode', { requestId: randomUUID(), customerId });
    const login = { username: `user-${randomUUID()}`, password: PASSWORD };
    const enrolment = { enrolmentCode: textAt(issued, 'enrolmentCode'), ...login };
    const publicly = (rpc: RpcName, request: JsonObject) =>
      inside.callWith(undefined, rpc, { requestId: randomUUID(), ...request });
    await publicly('security.RegisterCredentials', enrolment);
    const token = textAt(await publicly('security.LogIn', login), 'tokens', 'accessToken');
    const own = (rpc: RpcName, request: JsonObject) =>
      inside.callWith(token, rpc, { requestId: randomUUID(), ...request });
    const order = {
      requestId: randomUUID(),
      debtorAccountId: accountId,
      creditorAccountId: petr.accountId,
      amount: LARGE,
    };
    const pay = (changes: JsonObject = {}) => own('transaction.TransferFunds', { ...order, ...changes });
    const read = (rpc: RpcName, request: JsonObject = {}) => inside.callWith(token, rpc, request);
    return { accountId, payeeId: petr.accountId, own, read, pay };
  }
  type Payer = Awaited<ReturnType<typeof aPayer>>;

  async function anApp({ own }: Payer): Promise<(stepsAhead: number) => string> {
    const secret = Secret.fromBase32(textAt(await own('security.EnrolTotp', { password: PASSWORD }), 'secret'));
    const code = (ahead: number) => TOTP.generate({ secret, timestamp: Date.now() + ahead * 30_000 });
    await own('security.ConfirmTotp', { code: code(0) });
    return code;
  }

  async function aPhone({ own, read }: Payer): Promise<Authenticator> {
    const phone = authenticator();
    const responseJson = phone.make(textAt(await read('security.GetPasskeyRegistrationOptions'), 'optionsJson'));
    await own('security.RegisterPasskey', { password: PASSWORD, responseJson });
    return phone;
  }

  /** The challenge of what is asked. */
  const challenge = async (ask: Promise<unknown>) => (await refused(ask, 'STEP_UP_REQUIRED')).metadata;

  async function sign({ own, read }: Payer, phone: Authenticator, stepUpId = ''): Promise<void> {
    const options = textAt(await read('security.GetStepUp', { stepUpId }), 'passkeyOptionsJson');
    await own('security.CompleteStepUp', { stepUpId, passkeyResponseJson: phone.use(options) });
  }

  for (const protocol of PROTOCOLS) {
    it(`pays by a code of the app over ${protocol}: what was proved, once, and nothing else`, async () => {
      const payer = await aPayer(journey.door(protocol));
      const code = await anApp(payer);
      const { metadata } = await refused(payer.pay(), 'STEP_UP_REQUIRED');
      expect(metadata['methods']).to.equal('TOTP');
      const stepUpId = metadata['step_up_id'] ?? '';
      await payer.own('security.CompleteStepUp', { stepUpId, totpCode: code(1) });
      const other = await at.personWithAccount('Eva');
      for (const change of [{ amount: money('600000.01') }, { creditorAccountId: other.accountId }]) {
        await refused(payer.pay(change), 'STEP_UP_MISMATCH');
      }
      expect(await at.booked(payer.payeeId)).to.equal('0.00');
      const first = await payer.pay();
      expect(textAt(first, 'transaction', 'state')).to.equal('TRANSACTION_STATE_POSTED');
      expect(await Promise.all([payer.pay(), payer.pay()])).to.deep.equal([first, first]);
      expect(await at.booked(payer.payeeId)).to.equal('600000.00');
      await refused(payer.pay({ amount: money('600000.01') }), 'REQUEST_EXISTS');
      const told = await eventsOf(journey.bank().database('security'), stepUpId);
      const words = told.map((event) => event.split(' ')[0]);
      expect(words.slice(0, 4)).to.deep.equal(['StepUpRequired', 'StepUpProved', 'StepUpRefused', 'StepUpRefused']);
      expect(words[4]).to.equal('StepUpUsed');
    });
  }

  it('pays by a passkey that signs the payment; its signature is of no use for another payment', async () => {
    const payer = await aPayer();
    const phone = await aPhone(payer);
    const [mine, replay] = [await challenge(payer.pay()), { requestId: randomUUID() }];
    const { step_up_id: stepUpId = '' } = mine;
    const options = textAt(await payer.read('security.GetStepUp', { stepUpId }), 'passkeyOptionsJson');
    const passkeyResponseJson = phone.use(options);
    const { step_up_id: another = '' } = await challenge(payer.pay(replay));
    await refused(payer.own('security.CompleteStepUp', { stepUpId: another, passkeyResponseJson }), 'PROOF_REFUSED');
    await payer.own('security.CompleteStepUp', { stepUpId, passkeyResponseJson });
    await refused(payer.own('security.CompleteStepUp', { stepUpId, passkeyResponseJson }), 'STEP_UP_NOT_OPEN');
    expect((await challenge(payer.pay(replay)))['step_up_id']).to.equal(another);
    await payer.pay();
    expect(await at.booked(payer.payeeId)).to.equal('600000.00');
  });

  it('loses the challenge to the sixth wrong proof, and to the clock', async () => {
    const payer = await aPayer();
    const phone = await aPhone(payer);
    const { step_up_id: stepUpId = '' } = await challenge(payer.pay());
    const wrong = () => payer.own('security.CompleteStepUp', { stepUpId, passkeyResponseJson: '{}' });
    for (const _turn of [1, 2, 3, 4, 5]) await refused(wrong(), 'PROOF_REFUSED');
    await refused(wrong(), 'STEP_UP_FAILED');
    await refused(sign(payer, phone, stepUpId), 'STEP_UP_FAILED');
    await refused(payer.pay(), 'STEP_UP_FAILED');
    const later = { requestId: randomUUID() };
    const { step_up_id: proved = '' } = await challenge(payer.pay(later));
    await sign(payer, phone, proved);
    await letExpire({ database: journey.bank().database('security') }, proved);
    await refused(payer.pay(later), 'STEP_UP_EXPIRED');
    expect(await at.booked(payer.payeeId)).to.equal('0.00');
  });

  it('proves nothing for a payee whom they trust, and trusts one by a proof only', async () => {
    const payer = await aPayer();
    const phone = await aPhone(payer);
    const order = { requestId: randomUUID(), creditorAccountId: payer.payeeId };
    const trust = (changes: JsonObject = {}) => payer.own('security.AddTrustedPayee', { ...order, ...changes });
    const { step_up_id: stepUpId } = await challenge(trust());
    await sign(payer, phone, stepUpId);
    await refused(trust({ creditorAccountId: payer.accountId }), 'STEP_UP_MISMATCH');
    await trust();
    await payer.pay();
    expect(await at.booked(payer.payeeId)).to.equal('600000.00');
  });

  it('has the payment reviewed, who has nothing to prove it with', async () => {
    const payer = await aPayer();
    expect(textAt(await payer.pay(), 'transaction', 'state')).to.equal('TRANSACTION_STATE_UNDER_REVIEW');
    await refused(payer.own('security.AddTrustedPayee', { creditorAccountId: payer.payeeId }), 'STEP_UP_UNAVAILABLE');
  });

  it('is not asked to prove what the ledger would refuse, and only told when it is tried', async () => {
    const poor = await aPayer(door, '599999.99');
    await anApp(poor);
    await refused(poor.pay(), 'INSUFFICIENT_FUNDS');
    const payer = await aPayer();
    await anApp(payer);
    const tried = { requestId: randomUUID(), validateOnly: true };
    expect(await challenge(payer.pay(tried))).to.deep.equal({ methods: 'TOTP' });
  });

  it('has paid on its day what was proved when it was scheduled; what nobody could prove is reviewed then', async () => {
    const [payer, other] = [await aPayer(), await aPayer()];
    const phone = await aPhone(payer);
    const date = await door.call(TELLER, 'ledger.GetBusinessDate', {});
    const startDate = Temporal.PlainDate.from(textAt(date, 'openDate')).add({ days: 1 }).toString();
    const schedule = ({ own, accountId: debtorAccountId, payeeId: creditorAccountId }: Payer, requestId: string) =>
      own('transaction.SchedulePayment', {
        requestId,
        debtorAccountId,
        creditorAccountId,
        fixedAmount: LARGE,
        startDate,
      });
    const requestId = randomUUID();
    const { step_up_id: stepUpId } = await challenge(schedule(payer, requestId));
    await sign(payer, phone, stepUpId);
    await schedule(payer, requestId);
    const held = textAt(await schedule(other, randomUUID()), 'scheduledPayment', 'scheduledPaymentId');
    await endDay(journey.bank());
    expect(await at.booked(payer.payeeId)).to.equal('600000.00');
    expect(await at.booked(other.payeeId)).to.equal('0.00');
    const runs = await other.read('transaction.ListScheduledPaymentRuns', { scheduledPaymentId: held });
    expect(textAt(runs, 'runs', '0', 'state')).to.equal('SCHEDULED_PAYMENT_RUN_STATE_PENDING');
  });
});
