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

  it('computes each night by the rates of its day, when it is corrected and explained, too', async () => {
    const rate = (ratePercent: string) => ({ interest: { ...INTEREST, tiers: [{ ratePercent }] } });
    const productId = await aProductOf(bank(), rate('36.5'));
    const { accountId } = await open(productId);
    await revised(bank(), productId, rate('73'));
    const { pay, endDay } = daysOf(bank());
    await pay({ accountId }, '1000.00');
    await announce(productId, await dayIn(1));
    const first = (await endDay()).toString();
    const explained = async (businessDate = '') =>
      (await client().explainInterest({ accountId, businessDate })).explanation;
    expect(await explained(first)).to.include({ productVersion: 1, recordedOutstanding: '1.0000000000' });
    const second = (await endDay()).toString();
    // What was posted earns, too: 1000.85 at two thousandths.
    expect(await explained(second)).to.include({ productVersion: 2, recordedOutstanding: '2.0017000000' });
    await pay({ accountId }, '100.00', first);
    const third = (await endDay()).toString();
    const corrected = await explained(third);
    const [correction] = corrected?.corrections ?? [];
    // A night by each version: 0.1 and 0.2.
    expect(Number(correction?.interest)).to.be.closeTo(0.3, 1e-9);
    expect(corrected?.outstanding).to.equal(corrected?.recordedOutstanding);
    expect(await explained(first)).to.include({ productVersion: 1, outstanding: '1.0000000000' });
  });

  it('moves who was left behind by one, and is due by the next too, through both on one day', async () => {
    const rate = (ratePercent: string) => ({ interest: { ...INTEREST, tiers: [{ ratePercent }] } });
    const productId = await aProductOf(bank(), rate('36.5'));
    const { accountId } = await open(productId);
    const { pay, endDay } = daysOf(bank());
    await pay({ accountId }, '1000.00');
    const aside = (text: string) => bank().database('account').query(text, [accountId]);
    await revised(bank(), productId, rate('73'));
    await announce(productId, await dayIn(1));
    await aside(
      `insert into set_aside (step, account_id, date, reason) values ('charge-fees', $1, '2000-01-01', 'NO_ROOM')`,
    );
    await endDay();
    expect(await versionOf(accountId)).to.equal(1);
    await revised(bank(), productId, rate('109.5'));
    await announce(productId, await dayIn(1), 3);
    await aside('delete from set_aside where account_id = $1');
    const last = (await endDay()).toString();
    expect(await versionOf(accountId)).to.equal(3);
    const next = (await endDay()).toString();
    const explained = async (businessDate: string) =>
      (await client().explainInterest({ accountId, businessDate })).explanation;
    expect((await explained(last))?.productVersion).to.equal(1);
    const after = await explained(next);
    expect(after?.productVersion).to.equal(3);
    expect(after?.outstanding).to.equal(after?.recordedOutstanding);
  });

  it('refuses what is too early, what is announced, and what there is not', async () => {
    const productId = await aProductOf(bank(), limited('100'));
    await refused(announce(productId, await dayIn(5)), 'PRODUCT_NOT_FOUND');
    await revised(bank(), productId, limited('50'));
    await refused(announce(productId, await dayIn(0)), 'DATE_INVALID');
    await refused(announce(productId, '2999-02-30'), 'DATE_INVALID');
    await announce(productId, await dayIn(5));
    await refused(announce(productId, await dayIn(6)), 'MIGRATION_ANNOUNCED');
    await refused(announce('prd_none', await dayIn(5)), 'PRODUCT_NOT_FOUND');
    const alone = { requestId: aRequestId(), productId, toVersion: 2, effectiveDate: await dayIn(5) };
    await refused(client().announceProductMigration(alone), 'CALLER_NOT_ALLOWED');
  });

  it('begins with a period of the fees that are charged by the month, and of interest that changes', async () => {
    const fee = { feeCode: 'UPKEEP', displayName: 'Upkeep', period: InterestPeriod.MONTHLY };
    const priced = (amount: string) => ({
      periodicFees: [{ ...fee, shortfall: FeeShortfall.OVERDRAW, tiers: [{ flat: { currencyCode: 'EUR', amount } }] }],
    });
    const productId = await aProductOf(bank(), priced('5'));
    await revised(bank(), productId, priced('7'));
    const first = (await daysOf(bank()).today()).add({ months: 2 }).with({ day: 1 });
    await refused(announce(productId, first.add({ days: 1 }).toString()), 'DATE_INVALID');
    expect((await announce(productId, first.toString())).productMigration?.effectiveDate).to.equal(first.toString());
    const posted = (period: InterestPeriod, ratePercent: string) => ({
      interest: { ...INTEREST, posting: period, compounding: period, tiers: [{ ratePercent }] },
    });
    const paying = await aProductOf(bank(), posted(InterestPeriod.MONTHLY, '1'));
    await revised(bank(), paying, posted(InterestPeriod.DAILY, '2'));
    await refused(announce(paying, first.add({ days: 1 }).toString()), 'DATE_INVALID');
    expect((await announce(paying, first.toString())).productMigration?.leftCount).to.equal(0);
    const free = await aProductOf(bank(), priced('5'));
    await revised(bank(), free, limited('50'));
    await refused(announce(free, first.toString()), 'PRODUCT_NOT_MIGRATABLE');
  });
});
