import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { useAudit } from '../testing.ts';

describe('ReleaseLegalHold', () => {
  const { bank, auditor } = useAudit();
  const compliance = () => bank.asPrincipal(staff('COMPLIANCE'));
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const executor = () => bank.asPrincipal(approved, { workload: 'security-executor' });

  it('releases a hold once, with who did and who approved it', async () => {
    const placed = { requestId: randomUUID(), resourceId: 'acc_1', reason: 'Proceedings' };
    const { legalHold } = await compliance().placeLegalHold(placed);
    const request = { requestId: randomUUID(), legalHoldId: legalHold?.legalHoldId ?? '' };
    await refused(compliance().releaseLegalHold(request), 'CALLER_NOT_ALLOWED');
    await executor().releaseLegalHold({ ...request, requestId: randomUUID(), validateOnly: true });
    const { legalHold: released } = await executor().releaseLegalHold(request);
    expect(released).to.deep.include({ releaserId: 'stf_compliance', approverId: 'stf_other', reason: 'Proceedings' });
    expect(released?.releaseTime).not.to.equal(undefined);
    expect((await executor().releaseLegalHold(request)).legalHold).to.deep.equal(released);
    expect((await auditor().listLegalHolds({})).legalHolds).to.deep.equal([]);
    expect((await auditor().listLegalHolds({ released: true })).legalHolds).to.deep.equal([released]);
    await refused(executor().releaseLegalHold({ ...request, requestId: randomUUID() }), 'LEGAL_HOLD_RELEASED');
  });

  it('refuses a hold that there is not', async () => {
    const request = { requestId: randomUUID(), legalHoldId: 'lgh_none' };
    await refused(executor().releaseLegalHold(request), 'LEGAL_HOLD_NOT_FOUND');
  });
});
