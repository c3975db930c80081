import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { ProductMigrationState } from '#gen/bank/account/v1/product_migration_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { accountsAs, aRequestId, openAccount } from '../../_testbed/opening.ts';
import { until } from '../../_testbed/patience.ts';
import { daysOf } from '../testing-days.ts';
import { aProductOf, limited, MIGRATING_BANK, revised, two } from '../testing-migrations.ts';

describe('CancelProductMigration', function suite() {
  this.timeout(120_000);
  const bank = useBank(MIGRATING_BANK);
  const client = () => accountsAs(bank(), 'BACK_OFFICE');

  it('calls off what has not come, lists both, newest first, and lets it be announced anew', async () => {
    const { today, endDay } = daysOf(bank());
    const productId = await aProductOf(bank(), limited('100'));
    const { accountId } = await openAccount(bank(), { productId });
    await revised(bank(), productId, limited('50'));
    const effectiveDate = (await today()).add({ days: 1 }).toString();
    const announcement = { productId, toVersion: 2, effectiveDate };
    await two(bank()).announceProductMigration({ requestId: aRequestId(), ...announcement });
    const told = (prefix: 'pmg' | 'pmw') => eventsOf(bank().database('account'), deriveId(prefix, accountId));
    await until('what is told', async () => (await told('pmg')).length === 1);
    const cancel = () => client().cancelProductMigration({ requestId: aRequestId(), productId });
    expect((await cancel()).productMigration?.state).to.equal(ProductMigrationState.CANCELLED);
    await refused(cancel(), 'MIGRATION_NOT_FOUND');
    // Whoever was told of it is told so, once, and of the next one anew.
    await until('what is told', async () => (await told('pmw')).length === 1);
    await endDay();
    expect((await client().getAccount({ accountId })).account?.productVersion).to.equal(1);
    const later = (await today()).add({ days: 1 }).toString();
    await two(bank()).announceProductMigration({ requestId: aRequestId(), ...announcement, effectiveDate: later });
    const first = await client().listProductMigrations({ productId, pageSize: 1 });
    const second = await client().listProductMigrations({ productId, pageSize: 1, pageToken: first.nextPageToken });
    const states = [...first.productMigrations, ...second.productMigrations].map(({ state }) => state);
    await until('what is told', async () => (await told('pmg')).length === 2);
    expect(await told('pmw')).to.have.length(1);
    expect(states).to.deep.equal([ProductMigrationState.ANNOUNCED, ProductMigrationState.CANCELLED]);
    await endDay();
    await refused(cancel(), 'MIGRATION_IN_FORCE');
    await refused(
      accountsAs(bank(), 'TELLER').cancelProductMigration({ requestId: 'x', productId }),
      'CALLER_NOT_ALLOWED',
    );
  });
});
