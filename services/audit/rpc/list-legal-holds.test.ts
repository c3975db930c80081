import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { useAudit } from '../testing.ts';

describe('ListLegalHolds', () => {
  const { bank, auditor } = useAudit();

  it('goes through holds, newest first, page by page', async () => {
    const placed: string[] = [];
    for (const resourceId of ['acc_1', 'acc_2', 'acc_3']) {
      const request = { requestId: randomUUID(), resourceId, reason: 'Proceedings' };
      const { legalHold } = await bank.asPrincipal(staff('COMPLIANCE')).placeLegalHold(request);
      placed.unshift(legalHold?.legalHoldId ?? '');
    }
    const { legalHolds, nextPageToken: pageToken } = await auditor().listLegalHolds({ pageSize: 2 });
    const { legalHolds: rest, nextPageToken } = await auditor().listLegalHolds({ pageSize: 2, pageToken });
    expect([...legalHolds, ...rest].map(({ legalHoldId }) => legalHoldId)).to.deep.equal(placed);
    expect(nextPageToken).to.equal('');
    await refused(auditor().listLegalHolds({ released: true, pageToken }), 'PAGE_TOKEN_INVALID');
  });

  it('is for auditors and compliance', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).listLegalHolds({}), 'CALLER_NOT_ALLOWED');
  });
});
