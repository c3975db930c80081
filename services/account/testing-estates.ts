// What the tests of estates share: customers who die, and accounts that are frozen for it.
import { setTimeout as pause } from 'node:timers/promises';
import { staff } from '#chassis/testing/clients.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { EstateAccountState } from '#gen/bank/account/v1/account_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { type Bank, startBank } from '../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId } from '../_testbed/opening.ts';

/** Starts a bank that hears of its own events before the tests of a `describe`, and stops it after them. */
export function useHearingBank(): () => Bank {
  let bus: TestBus | undefined;
  let bank: Bank | undefined;
  before('starts the bank', async function startsTheBank() {
    // The launcher of the tests found no server for events, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = await startBank({ ...ACCOUNT_BANK, environment: { NATS_URL: bus.url } });
  });
  after('stops the bank', async () => {
    await bank?.stop();
    await bus?.stop();
  });
  return () => {
    if (!bank) throw new Error('the bank runs inside tests and hooks only');
    return bank;
  };
}

/** Reports that a customer has died, and waits until their accounts are dealt with. Answers what they leave. */
export async function dies(bank: Bank, customerId: string) {
  const report = { customerId, deathDate: '2026-01-31', evidenceReference: 'UL-2026/17' };
  await bank.asPrincipal(CustomerService, staff('BACK_OFFICE')).reportDeath({ requestId: aRequestId(), ...report });
  const accounts = accountsAs(bank, 'BACK_OFFICE');
  for (let tries = 0; tries < 600; tries += 1) {
    const estate = (await accounts.listEstates({})).estates.find((one) => one.customerId === customerId);
    if (estate?.accounts.every(({ state }) => state !== EstateAccountState.FREEZING)) return estate;
    await pause(50);
  }
  throw new Error('nobody has dealt with what they leave');
}
