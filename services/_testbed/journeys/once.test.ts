// Every command happens once, however often and however it is asked for.
import { randomUUID } from 'node:crypto';
import { fromBinary, fromJson, type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Code, type Refusal } from '#chassis/errors.ts';
import { refused } from '#chassis/testing/clients.ts';
import { endDay } from '../days.ts';
import { BACK_OFFICE, type Counter, counter, money, type OpenedAccount, textAt } from './counter.ts';
import { methodNamed, PROTOCOLS, pathOf, tokens } from './doors.ts';
import { changesOf, stateOf, useJourney } from './journey.ts';

const CALLS = 50;

describe('A command', function aCommand() {
  this.timeout(180_000);
  const journey = useJourney();
  let at: Counter;
  let from: OpenedAccount & { customerId: string };
  let to: OpenedAccount;

  before(async () => {
    at = counter(journey.door('gRPC'));
    from = await at.personWithAccount('Jana');
    to = await at.personWithAccount('Petr');
    await at.deposit(from.accountId, money('1000.00'));
  });

  const order = (requestId: string, amount: string): JsonObject => ({
    requestId,
    debtorAccountId: from.accountId,
    creditorAccountId: to.accountId,
    amount: money(amount),
  });
  const transfer = (request: JsonObject, index = 0) =>
    journey
      .door(PROTOCOLS[index % PROTOCOLS.length] ?? 'gRPC')
      .call(`customer:${from.customerId}`, 'transaction.TransferFunds', request);

  it('that is sent fifty times at once over all protocols is done once, and answered alike', async () => {
    const before = await at.booked(to.accountId);
    const request = order(randomUUID(), '10.00');
    const answers = await Promise.all(Array.from({ length: CALLS }, (_, index) => transfer(request, index)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).to.equal(1);
    expect(cents(await at.booked(to.accountId)) - cents(before)).to.equal(1_000n);
    const [{ count } = { count: '' }] = await journey
      .bank()
      .database('transaction')
      .query<{ count: string }>(
        "select count(*) as count from command where request_id = $1 and rpc = 'TransferFunds'",
        [request['requestId']],
      );
    expect(count).to.equal('1');
  });

  it('that opens an account, sent fifty times at once, opens one', async () => {
    const before = await journey.door('gRPC').call(`customer:${from.customerId}`, 'account.ListAccounts', {});
    const request = {
      requestId: randomUUID(),
      type: 'ACCOUNT_TYPE_INDIVIDUAL',
      productId: 'prd_savings_czk',
      holders: [{ customerId: from.customerId, role: 'HOLDER_ROLE_OWNER' }],
    };
    const answers = await Promise.all(
      Array.from({ length: CALLS }, (_, index) =>
        journey
          .door(PROTOCOLS[index % PROTOCOLS.length] ?? 'gRPC')
          .call(`customer:${from.customerId}`, 'account.OpenAccount', request),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).to.equal(1);
    const after = await journey.door('gRPC').call(`customer:${from.customerId}`, 'account.ListAccounts', {});
    expect((after['accounts'] as unknown[]).length).to.equal((before['accounts'] as unknown[]).length + 1);
  });

  it('is refused under the name of another one, and nothing moves', async () => {
    const requestId = randomUUID();
    await transfer(order(requestId, '10.00'));
    const before = await settled();
    for (const [index] of PROTOCOLS.entries()) {
      const refusal = await refused(transfer(order(requestId, '10.01'), index), 'REQUEST_EXISTS');
      expect(refusal.code).to.equal(Code.ALREADY_EXISTS);
    }
    expect(changesOf(before, await stateOf(journey.bank()))).to.deep.equal([]);
  });

  it('of one name and different amounts at once, is done for one of them', async () => {
    const requestId = randomUUID();
    const before = cents(await at.booked(to.accountId));
    const results = await Promise.allSettled(
      Array.from({ length: CALLS }, (_, index) => transfer(order(requestId, `${1 + (index % 5)}.00`), index)),
    );
    const moved = cents(await at.booked(to.accountId)) - before;
    const done = results.filter(({ status }) => status === 'fulfilled');
    expect(done).to.have.length(CALLS / 5);
    expect([100n, 200n, 300n, 400n, 500n]).to.include(moved);
    for (const result of results) {
      if (result.status === 'rejected') expect((result.reason as Refusal).reason).to.equal('REQUEST_EXISTS');
    }
  });

  it('that was refused stays refused when the money is there', async () => {
    const poor = await at.personWithAccount('Karel');
    const request = {
      requestId: randomUUID(),
      debtorAccountId: poor.accountId,
      creditorAccountId: to.accountId,
      amount: money('5.00'),
    };
    const ask = () =>
      journey.door('Connect JSON').call(`customer:${poor.customerId}`, 'transaction.TransferFunds', request);
    const first = await refused(ask(), 'INSUFFICIENT_FUNDS');
    await at.deposit(poor.accountId, money('100.00'));
    const second = await refused(ask(), 'INSUFFICIENT_FUNDS');
    expect(JSON.stringify([second.message, second])).to.equal(JSON.stringify([first.message, first]));
    expect(await at.booked(poor.accountId)).to.equal('100.00');
    await at.transfer(`customer:${poor.customerId}`, poor.accountId, to.accountId, money('5.00'));
  });

  it('that is repeated long after is answered as the first time, byte for byte', async () => {
    const method = methodNamed('transaction.TransferFunds');
    const request = fromJson(method.input, order(randomUUID(), '7.00'));
    const token = await tokens(journey.bank().edge)(`customer:${from.customerId}`);
    const post = async (type: string, body: string | Uint8Array<ArrayBuffer>): Promise<Buffer> => {
      const response = await fetch(`${journey.bank().edge.url}${pathOf(method)}`, {
        method: 'POST',
        headers: { 'content-type': type, authorization: `Bearer ${token}` },
        body,
      });
      expect(response.status).to.equal(200);
      return Buffer.from(await response.arrayBuffer());
    };
    const binary = () => post('application/proto', new Uint8Array(toBinary(method.input, request)));
    const json = () => post('application/json', JSON.stringify(toJson(method.input, request)));
    const first = { binary: await binary(), json: await json() };

    await aMonthLater();
    await transfer(order(randomUUID(), '1.00'));
    expect((await binary()).equals(first.binary)).to.equal(true);
    expect((await json()).equals(first.json)).to.equal(true);
    const { transaction } = toJson(method.output, fromBinary(method.output, first.binary)) as JsonObject;
    expect(transaction).to.include({ state: 'TRANSACTION_STATE_POSTED' });
  });

  /** The state of the bank when what was answered is settled. */
  async function settled(): Promise<Record<string, string>> {
    const pending = async () =>
      (await journey.bank().database('transaction').query("select from command where state = 'planned'")).length;
    while ((await pending()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    return stateOf(journey.bank());
  }

  async function aMonthLater(): Promise<void> {
    const door = journey.door('gRPC');
    const date = await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {});
    const later = Temporal.Instant.from(textAt(date, 'clockTime')).add({ hours: 24 * 31 });
    await door.call(BACK_OFFICE, 'ledger.SetClock', { requestId: randomUUID(), clockTime: later.toString() });
    await endDay(journey.bank());
  }
});

/** The minor units of a decimal with two places. */
function cents(text: string): bigint {
  return BigInt(text.replace('.', ''));
}
