import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { daysOf } from '../testing-days.ts';
import { aProductOf, limited, MIGRATING_BANK, revised, two } from '../testing-migrations.ts';

describe('ListProductMigrations', function suite() {
  this.timeout(120_000);
  const bank = useBank(MIGRATING_BANK);

  it('lists those of a product or of all, to staff of the bank', async () => {
    const effectiveDate = (await daysOf(bank()).today()).add({ days: 9 }).toString();
    const ids: string[] = [];
    for (let count = 0; count < 2; count += 1) {
      const productId = await aProductOf(bank(), limited('100'));
      await revised(bank(), productId, limited('50'));
      const announcement = { requestId: aRequestId(), productId, toVersion: 2, effectiveDate };
      await two(bank()).announceProductMigration(announcement);
      ids.push(productId);
    }
    const auditor = accountsAs(bank(), 'AUDITOR');
    const all = (await auditor.listProductMigrations({})).productMigrations.map(({ productId }) => productId);
    expect(all).to.deep.equal(ids.toReversed());
    const one = await auditor.listProductMigrations({ productId: ids[0] ?? '' });
    expect(one.productMigrations).to.have.length(1);
    expect(one.productMigrations[0]).to.include({ toVersion: 2, effectiveDate, leftCount: 0 });
    await refused(auditor.listProductMigrations({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(accountsAs(bank(), 'TELLER').listProductMigrations({}), 'CALLER_NOT_ALLOWED');
  });
});
