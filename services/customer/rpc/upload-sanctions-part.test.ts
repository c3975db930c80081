import { expect } from 'chai';
import { sha256Hex } from '#chassis/digest.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';

describe('UploadSanctionsPart', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const kept = () => bank.database.query('select digest from sanctions_part');

  it('keeps a part once, known by what is in it', async () => {
    const content = Buffer.from('1,"NOBODY"');
    const part = () => ({ requestId: unique('part'), content });
    await officer().uploadSanctionsPart({ ...part(), validateOnly: true });
    expect(await kept()).to.have.length(0);
    for (const _ of [1, 2]) {
      expect((await officer().uploadSanctionsPart(part())).partDigest).to.equal(sha256Hex(content));
    }
    expect(await kept()).to.have.length(1);
  });

  it('forgets a part that nobody imported within a day', async () => {
    await bank.database.query(`update sanctions_part set create_time = now() - interval '25 hours'`);
    await officer().uploadSanctionsPart({ requestId: unique('part'), content: Buffer.from('another') });
    expect(await kept()).to.have.length(1);
  });

  it('is for compliance, and takes no more than a message can carry', async () => {
    const part = (size: number) => ({ requestId: unique('part'), content: Buffer.alloc(size, 65) });
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).uploadSanctionsPart(part(1)), 'CALLER_NOT_ALLOWED');
    await refused(officer().uploadSanctionsPart(part(0)), 'REQUEST_INVALID');
    await refused(officer().uploadSanctionsPart(part(786_433)), 'REQUEST_INVALID');
    await officer().uploadSanctionsPart(part(786_432));
  });
});
