import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { FeeShortfall } from '#gen/bank/account/v1/fee_pb.ts';
import { InterestPeriod } from '#gen/bank/account/v1/interest_pb.ts';
import { ProductMigrationState } from '#gen/bank/account/v1/product_migration_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { accountsAs, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { daysOf, INTEREST } from '../testing-days.ts';
import { aProductOf, limited, MIGRATING_BANK, revised, two } from '../testing-migrations.ts';

describe('AnnounceProductMigration', function suite() {
  this.timeout(180_000);
  const bank = useBank(MIGRATING_BANK);
  const client = () => accountsAs(bank(), 'BACK_OFFICE');
  let owner = '';
  before(async () => {
    owner = await registerPerson(bank());
  });

  const dayIn = async (days: number) => (await daysOf(bank()).today()).add({ days }).toString();
  const announce = (productId: string, effectiveDate: string, toVersion = 2) =>
    two(bank()).announceProductMigration({ requestId: aRequestId(), productId, toVersion, effectiveDate });
  const open = (productId: string) => openAccount(bank(), { owners: [owner], productId });
  const versionOf = async (accountId: string) => (await client().getAccount({ accountId })).account?.productVersion;
  const events = (id: string) => eventsOf(bank().database('account'), id);
  const listed = async (productId: string) =>
    (await client().listProductMigrations({ productId })).productMigrations[0];
  /** Waits until it is announced to so many; the time limit of the test ends it. */
  async function untilAnnounced(productId: string, count: number) {
    while ((await listed(productId))?.announcedCount !== count) await pause(50);
  }

  it('tells the holders of each account, moves all that are left on the day, once, and none that was closed', async () => {
    const productId = await aProductOf(bank(), limited('100'));
    const [stays, leaves] = [await open(productId), await open(productId)];
    await revised(bank(), productId, limited('50'));
    const newer = await open(productId);
    const { productMigration } = await announce(productId, await dayIn(2));
    expect(productMigration).to.include({
      state: ProductMigrationState.ANNOUNCED,
      leftCount: 2,
      approverId: 'stf_checker',
    });
    await untilAnnounced(productId, 2);
    for (const { accountId } of [stays, leaves]) {
      const told = await events(deriveId('pmg', accountId));
      expect(told.map((event) => event.split(' ')[0])).to.deep.equal(['AccountTermsAnnounced']);
    }
    await daysOf(bank()).endDay();
    expect(await versionOf(stays.accountId)).to.equal(1);
    await client().closeAccount({ requestId: aRequestId(), accountId: leaves.accountId });
    await daysOf(bank()).endDay();
    expect(await versionOf(stays.accountId)).to.equal(2);
    expect(await versionOf(leaves.accountId)).to.equal(1);
    await daysOf(bank()).endDay();
    const changes = (await events(stays.accountId)).filter((event) => event.startsWith('AccountTermsChanged'));
    expect(changes).to.deep.equal(['AccountTermsChanged 2']);
    expect(await events(newer.accountId)).to.deep.equal(['AccountOpened 1']);
    expect(await listed(productId)).to.include({ state: ProductMigrationState.IN_FORCE, movedCount: 1, leftCount: 0 });
  });

  it('leaves who is still to be charged for the time before with the version before, until they are', async () => {
    const productId = await aProductOf(bank(), limited('100'));
    const { accountId } = await open(productId);
    await revised(bank(), productId, limited('50'));
    await announce(productId, await dayIn(1));
    const aside = (text: string) => bank().database('account').query(text, [accountId]);
    await aside(
      `insert into set_aside (step, account_id, date, reason) values ('charge-fees', $1, '2000-01-01', 'NO_ROOM')`,
    );
    await daysOf(bank()).endDay();
    expect(await versionOf(accountId)).to.equal(1);
    await aside('delete from set_aside where account_id = $1');
    await daysOf(bank()).endDay();
    expect(await versionOf(accountId)).to.equal(2);
  });

  it('leaves interest as it was, across the change, and its explanation', async () => {
    const productId = await aProductOf(bank(), { interest: { ...INTEREST, posting: InterestPeriod.MONTHLY } });
    const { accountId } = await open(productId);
    await revised(bank(), productId, { interest: { ...INTEREST, posting: InterestPeriod.MONTHLY }, ...limited('50') });
    const { pay, endDay } = daysOf(bank());
    await pay({ accountId }, '1000.00');
    await announce(productId, await dayIn(1));
    await endDay();
    expect(await versionOf(accountId)).to.equal(2);
    await endDay();
    const { explanation } = await client().explainInterest({ accountId });
    expect(explanation?.outstanding).to.equal(explanation?.recordedOutstanding);
    expect(Number(explanation?.outstanding)).to.equal(2.001);
    const aside = await bank().database('account').query('select from set_aside where account_id = $1', [accountId]);
    expect(aside).to.deep.equal([]);
  });

  it('refuses what is too early, what interest differs in, what is announced, and what there is not', async () => {
    const productId = await aProductOf(bank(), limited('100'));
    await refused(announce(productId, await dayIn(5)), 'PRODUCT_NOT_FOUND');
    await revised(bank(), productId, limited('50'));
    await refused(announce(productId, await dayIn(0)), 'DATE_INVALID');
    await refused(announce(productId, '2999-02-30'), 'DATE_INVALID');
    await announce(productId, await dayIn(5));
    await refused(announce(productId, await dayIn(6)), 'MIGRATION_ANNOUNCED');
    const paying = await aProductOf(bank(), limited('100'));
    await revised(bank(), paying, { interest: INTEREST });
    await refused(announce(paying, await dayIn(5)), 'PRODUCT_NOT_MIGRATABLE');
    await refused(announce('prd_none', await dayIn(5)), 'PRODUCT_NOT_FOUND');
    const alone = { requestId: aRequestId(), productId, toVersion: 2, effectiveDate: await dayIn(5) };
    await refused(client().announceProductMigration(alone), 'CALLER_NOT_ALLOWED');
  });

  it('begins with a period of the fees that are charged by the month', async () => {
    const fee = { feeCode: 'UPKEEP', displayName: 'Upkeep', period: InterestPeriod.MONTHLY };
    const priced = (amount: string) => ({
      periodicFees: [{ ...fee, shortfall: FeeShortfall.OVERDRAW, tiers: [{ flat: { currencyCode: 'EUR', amount } }] }],
    });
    const productId = await aProductOf(bank(), priced('5'));
    await revised(bank(), productId, priced('7'));
    const first = (await daysOf(bank()).today()).add({ months: 2 }).with({ day: 1 });
    await refused(announce(productId, first.add({ days: 1 }).toString()), 'DATE_INVALID');
    expect((await announce(productId, first.toString())).productMigration?.effectiveDate).to.equal(first.toString());
    const free = await aProductOf(bank(), priced('5'));
    await revised(bank(), free, limited('50'));
    await refused(announce(free, first.toString()), 'PRODUCT_NOT_MIGRATABLE');
  });
});
