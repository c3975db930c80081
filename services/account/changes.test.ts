import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { holds } from '#chassis/testing/property.ts';
import { refused, staff, startTestService } from '#chassis/testing/service.ts';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { disagreements } from '../_testbed/agreements.ts';
import { useBank } from '../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount } from '../_testbed/opening.ts';
import { account } from './service.ts';

describe('two changes of one account at once', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });

  const client = () => accountsAs(bank(), 'BACK_OFFICE', 'LOAN_OFFICER');
  const money = (amount: string) => ({ currencyCode: 'CZK', amount });
  const changes = {
    freezeDebits: (accountId: string) =>
      client().freezeAccount({ requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.SANCTIONS }),
    freezeCredits: (accountId: string) =>
      client().freezeAccount({ requestId: aRequestId(), accountId, credits: true, reason: FreezeReason.DECEASED }),
    unfreeze: (accountId: string) => client().unfreezeAccount({ requestId: aRequestId(), accountId }),
    limit: (accountId: string) =>
      client().setOverdraftLimit({ requestId: aRequestId(), accountId, overdraftLimit: money('10.00') }),
    noLimit: (accountId: string) =>
      client().setOverdraftLimit({ requestId: aRequestId(), accountId, overdraftLimit: money('0') }),
    rename: (accountId: string) => client().updateAccount({ requestId: aRequestId(), accountId, displayName: 'Raced' }),
    close: (accountId: string) => client().closeAccount({ requestId: aRequestId(), accountId }),
  };

  it('happen one after the other: two freezes are two versions', async () => {
    const { accountId } = await openAccount(bank());
    const answers = await Promise.all([changes.freezeDebits(accountId), changes.freezeCredits(accountId)]);
    expect(answers.map(({ account }) => account?.etag)).to.have.members(['2', '3']);
    const last = answers.find(({ account }) => account?.etag === '3')?.account;
    expect((await client().getAccount({ accountId })).account).to.deep.equal(last);
  });

  it('happen one after the other: a freeze and an end', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { accountId } = await openAccount(bank());
      const outcomes = await Promise.allSettled([changes.freezeDebits(accountId), changes.close(accountId)]);
      // Whichever came first, the other one met it.
      const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Refusal).reason] : []));
      const { account } = await client().getAccount({ accountId });
      const closed = account?.state === AccountState.CLOSED;
      expect(reasons).to.deep.equal([closed ? 'ACCOUNT_CLOSED' : 'ACCOUNT_FROZEN']);
    }
  });

  it('leave agreement and ledger the same, and a version for each, whatever comes together', async function () {
    this.timeout(10 * 60_000);
    const names = fc.constantFrom(...(Object.keys(changes) as (keyof typeof changes)[]));
    await holds(
      fc.asyncProperty(fc.array(names, { minLength: 2, maxLength: 8 }), async (chosen) => {
        const { accountId } = await openAccount(bank());
        const outcomes = await Promise.allSettled(chosen.map((name) => changes[name](accountId)));
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(Refusal);
        }
        const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
        expect((await client().getAccount({ accountId })).account?.etag).to.equal(String(1 + done));
        expect(await eventsOf(bank().database('account'), accountId)).to.have.length(1 + done);
        expect(await disagreements(bank())).to.deep.equal([]);
      }),
      { runs: 12, proofRuns: 300 },
    );
  });

  it('do so between two processes too', async () => {
    const database = bank().database('account');
    const { DATA_DIR: dataDir = '' } = bank().environment;
    const other = await startTestService(account, {
      environment: { ...bank().environment, ACCOUNT_PORT: '0' },
      beside: { database, dataDir },
    });
    try {
      const [here, there] = [client(), other.asPrincipal(staff('COMPLIANCE'))];
      const { accountId } = await openAccount(bank());
      const requests = Array.from({ length: 12 }, (_, index) => ({
        requestId: aRequestId(),
        accountId,
        debits: index % 2 === 0,
        credits: true,
        reason: FreezeReason.SANCTIONS,
      }));
      const answers = await Promise.all(
        requests.map((request, index) => (index % 2 === 0 ? here : there).freezeAccount(request)),
      );
      const etags = answers.map((answer) => answer.account?.etag);
      expect(etags).to.have.members(requests.map((_, index) => String(index + 2)));
    } finally {
      await other.stop();
    }
  });

  it('wait for one that is not settled, and tell to repeat when it takes too long; that is not remembered', async () => {
    const { accountId } = await openAccount(bank());
    const database = bank().database('account');
    const request = { requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.SANCTIONS };
    await database.query(`update account set pending_change = 'test' where id = $1`, [accountId]);
    const slow = client().freezeAccount(request);
    const done = slow.then(({ account }) => account?.etag);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await database.query('update account set pending_change = null where id = $1', [accountId]);
    expect(await done).to.equal('2');

    await database.query(`update account set pending_change = 'test' where id = $1`, [accountId]);
    const impatient = { ...request, requestId: aRequestId(), credits: true };
    await refused(hasty().freezeAccount(impatient), 'ACCOUNT_BUSY');
    await database.query('update account set pending_change = null where id = $1', [accountId]);
    expect((await client().freezeAccount(impatient)).account?.etag).to.equal('3');
  });

  /** One who waits half a second only. */
  function hasty() {
    const callable = {
      service: AccountService,
      audience: 'account' as const,
      address: bank().address('account'),
      issuer: bank().issuer,
      identity: bank().identity,
    };
    return asPrincipal(callable, staff('BACK_OFFICE'), { deadlineMs: 500 });
  }
});
