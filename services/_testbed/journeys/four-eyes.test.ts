// Maker and checker through the edge, and death of security between approval and execution.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { AccessRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { security } from '../../security/service.ts';
import { type Bank, startBank } from '../bank.ts';
import { checkLaws } from '../laws.ts';
import { layLine, type OneWayLine } from '../one-way-line.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import {
  AUDITOR,
  BACK_OFFICE,
  counter,
  listAt,
  MANAGER,
  money,
  objectAt,
  pending,
  TELLER,
  textAt,
  whenExecuted,
  withApproval,
} from './counter.ts';
import { type Door, openDoor, PROTOCOLS } from './doors.ts';
import { useJourney } from './journey.ts';

const LOAN_OFFICER = 'staff:loan-officer';

/** Two accounts and a transfer of 100.00 between them: its id. */
async function aTransfer(door: Door): Promise<string> {
  const at = counter(door);
  const [jana, petr] = [await at.personWithAccount('Jana'), await at.personWithAccount('Petr')];
  await at.deposit(jana.accountId, money('100.00'));
  return textAt(await at.transfer(TELLER, jana.accountId, petr.accountId, money('100.00')), 'transactionId');
}

/** How much of a transaction is reversed. */
async function reversed(door: Door, transactionId: string): Promise<string> {
  const { transaction = {} } = await door.call(TELLER, 'transaction.GetTransaction', { transactionId });
  const { reversedAmount } = transaction as { reversedAmount?: { amount: string } };
  return reversedAmount?.amount ?? '0.00';
}

describe('A maker and a checker', function makerAndChecker() {
  this.timeout(60_000);
  const journey = useJourney();

  for (const protocol of PROTOCOLS) {
    it(`undo a transfer together, over ${protocol}`, async () => {
      const door = journey.door(protocol);
      const transactionId = await aTransfer(door);
      const request = { requestId: randomUUID(), transactionId };
      const undo = () => door.call(MANAGER, 'transaction.ReverseTransaction', request);
      const approvalId = await pending(undo());
      expect(await pending(undo())).to.equal(approvalId);
      expect(await reversed(door, transactionId)).to.equal('0.00');
      const listed = await door.call(BACK_OFFICE, 'security.ListApprovals', { state: 'APPROVAL_STATE_PENDING' });
      expect(listAt(listed, 'approvals').map((one) => one['approvalId'])).to.include(approvalId);
      const shown = await door.call(BACK_OFFICE, 'security.GetApproval', { approvalId });
      expect(JSON.parse(textAt(shown, 'request'))).to.deep.equal(request);
      const decide = { requestId: randomUUID(), approvalId };
      await refused(door.call(MANAGER, 'security.ApproveRequest', decide), 'APPROVER_NOT_ALLOWED');
      expect((await publishedOf(journey.bank().database('security'), AccessRefusedSchema)).at(-1)).to.deep.include({
        rpc: 'bank.security.v1.SecurityService/ApproveRequest',
        reason: 'APPROVER_NOT_ALLOWED',
      });
      await door.call(BACK_OFFICE, 'security.ApproveRequest', decide);
      const answer = await whenExecuted(undo);
      expect(objectAt(answer, 'transaction')).to.deep.include({ reversedTransactionId: transactionId });
      expect(await undo()).to.deep.equal(answer);
      expect(await reversed(door, transactionId)).to.equal('100.00');
    });
  }

  it('need each other by role: a loan officer does, a branch manager sets a limit alone', async () => {
    const door = journey.door('gRPC');
    const { accountId } = await counter(door).personWithAccount('Jana');
    const limit = (amount: string) => ({ accountId, overdraftLimit: money(amount) });
    const alone = await door.call(MANAGER, 'account.SetOverdraftLimit', { requestId: randomUUID(), ...limit('10.00') });
    expect(objectAt(alone, 'account')['overdraftLimit']).to.deep.equal(money('10.00'));
    const both = { maker: LOAN_OFFICER, checker: MANAGER };
    const answer = await withApproval(door, both, 'account.SetOverdraftLimit', limit('20.00'));
    expect(objectAt(answer, 'account')['overdraftLimit']).to.deep.equal(money('20.00'));
  });

  it('are told that a request is stale: what it was asked of has changed since its maker saw it', async () => {
    const door = journey.door('gRPC');
    const { accountId } = await counter(door).personWithAccount('Jana');
    const read = async () => objectAt(await door.call(TELLER, 'account.GetAccount', { accountId }), 'account');
    const limit = (amount: string) => ({ requestId: randomUUID(), accountId, overdraftLimit: money(amount) });
    const request = { ...limit('20.00'), etag: textAt(await read(), 'etag') };
    const ask = () => door.call(LOAN_OFFICER, 'account.SetOverdraftLimit', request);
    const approvalId = await pending(ask());
    await door.call(MANAGER, 'account.SetOverdraftLimit', limit('10.00'));
    await door.call(BACK_OFFICE, 'security.ApproveRequest', { requestId: randomUUID(), approvalId });
    const told = await refused(whenExecuted(ask), 'APPROVAL_ENDED');
    expect(told.metadata).to.deep.equal({ approval_id: approvalId, state: 'STALE' });
    const shown = await door.call(LOAN_OFFICER, 'security.GetApproval', { approvalId });
    expect(objectAt(shown, 'approval')['reason']).to.equal('ETAG_MISMATCH');
    expect((await read())['overdraftLimit']).to.deep.equal(money('10.00'));
  });

  it('are told what became of a request that was rejected or taken back', async () => {
    const door = journey.door('Connect JSON');
    const transactionId = await aTransfer(door);
    const decisions = [
      [BACK_OFFICE, 'security.RejectRequest', 'REJECTED'],
      [MANAGER, 'security.WithdrawRequest', 'WITHDRAWN'],
    ] as const;
    for (const [who, rpc, state] of decisions) {
      const request = { requestId: randomUUID(), transactionId };
      const undo = () => door.call(MANAGER, 'transaction.ReverseTransaction', request);
      const approvalId = await pending(undo());
      await door.call(who, rpc, { requestId: randomUUID(), approvalId });
      expect((await refused(undo(), 'APPROVAL_ENDED')).metadata).to.deep.equal({ approval_id: approvalId, state });
    }
    expect(await reversed(door, transactionId)).to.equal('0.00');
  });

  it('are told at once what cannot be, and what would be', async () => {
    const door = journey.door('gRPC-Web');
    const undo = (order: JsonObject) => door.call(MANAGER, 'transaction.ReverseTransaction', order);
    await refused(undo({ requestId: randomUUID(), transactionId: 'txn_none' }), 'TRANSACTION_NOT_FOUND');
    await refused(undo({ transactionId: 'txn_none' }), 'REQUEST_INVALID');
    const transactionId = await aTransfer(door);
    const answer = await undo({ requestId: randomUUID(), transactionId, validateOnly: true });
    expect(objectAt(answer, 'transaction')['amount']).to.deep.equal(money('100.00'));
    expect(await reversed(door, transactionId)).to.equal('0.00');
  });
});

describe('A bank whose security is killed between approval and execution', function securityKilled() {
  this.timeout(90_000);
  let bank: Bank;
  let door: Door;
  let database: TestDatabase;
  let line: OneWayLine;
  let service: ServiceProcess;
  let environment: NodeJS.ProcessEnv = {};

  before(async () => {
    database = await cloneDatabase(security);
    const port = String(await randomFreePort());
    const address = { SECURITY_PORT: port, SECURITY_ADDRESS: `127.0.0.1:${port}` };
    bank = await startBank({ services: ['ledger', 'customer', 'account', 'transaction'], environment: address });
    line = await layLine(bank.address('transaction'));
    environment = {
      ...bank.environment,
      ...address,
      SECURITY_DATABASE_URL: database.runtimeUrl,
      TRANSACTION_ADDRESS: line.address,
    };
    door = openDoor(bank.edge, 'gRPC');
    await startSecurity();
  });
  after(async () => {
    door?.close();
    await service?.kill('SIGTERM');
    line?.close();
    await bank?.stop();
    await database?.drop();
  });

  /** Starts it, and waits until the edge, which has looked for it in vain, tries again. */
  async function startSecurity(): Promise<void> {
    service = await startServiceProcess('security', environment);
    const found = () =>
      door.call(AUDITOR, 'security.ListApprovals', {}).then(
        () => true,
        () => false,
      );
    while (!(await found())) await sleep(50);
  }

  const moments = [
    ['before it was sent', undefined],
    ['before the service heard of it', 'requests'],
    ['after the service has done it', 'answers'],
  ] as const;

  for (const [when, direction] of moments) {
    it(`executes once what was approved: ${when}`, async () => {
      const transactionId = await aTransfer(door);
      const request = { requestId: randomUUID(), transactionId, amount: money('40.00') };
      const undo = () => door.call(MANAGER, 'transaction.ReverseTransaction', request);
      const approvalId = await pending(undo());
      line.cut(direction);
      await door.call(BACK_OFFICE, 'security.ApproveRequest', { requestId: randomUUID(), approvalId });
      if (direction === 'answers') while ((await reversed(door, transactionId)) === '0.00') await sleep(20);
      else if (direction) await sleep(500);
      await service.kill('SIGKILL');
      line.cut(undefined);
      await startSecurity();
      for (;;) {
        const { approval = {} } = await door.call(AUDITOR, 'security.GetApproval', { approvalId });
        if ((approval as JsonObject)['state'] === 'APPROVAL_STATE_EXECUTED') break;
        await sleep(100);
      }
      expect(objectAt(await undo(), 'transaction')).to.deep.include({ reversedTransactionId: transactionId });
      expect(await reversed(door, transactionId)).to.equal('40.00');
      await checkLaws(bank.database('ledger').superuserUrl);
    });
  }
});
