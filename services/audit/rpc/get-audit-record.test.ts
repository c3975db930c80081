import path from 'node:path';
import { expect } from 'chai';
import { keyFiles } from '#chassis/keyring.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import type { AuditRecord } from '#gen/bank/audit/v1/audit_pb.ts';
import { JANA, useAudit } from '../testing.ts';

describe('GetAuditRecord', () => {
  const { bank, auditor, signed, tell } = useAudit();

  it('reads a record with what changed and whence it was asked for', async () => {
    const content = { familyName: 'Novotná' };
    const [record] = (await tell('customer', { after: { partyId: 'cus_jana', content } })) as [AuditRecord];
    const answer = await auditor().getAuditRecord({ recordId: record.recordId });
    expect(answer.record).to.deep.equal(record);
    expect(answer.opened).to.include({ beforeJson: '', address: '192.0.2.7', userAgent: 'mocha', erased: false });
    expect(JSON.parse(answer.opened?.afterJson ?? '')).to.deep.equal(content);
  });

  it('reads the rest of one whose party was erased, and it is proved as before', async () => {
    const [record] = (await tell('customer', { after: { partyId: 'cus_eva', content: { familyName: 'Malá' } } })) as [
      AuditRecord,
    ];
    await keyFiles(path.join(bank.dataDir, 'keyring')).remove('cus_eva');
    const answer = await auditor().getAuditRecord({ recordId: record.recordId });
    expect(answer.opened).to.include({ afterJson: '', erased: true, address: '192.0.2.7' });
    expect(answer.record).to.deep.equal(record);
    await signed();
    const { recordText } = await auditor().getInclusionProof({ recordId: record.recordId });
    expect(recordText).to.include(Buffer.from(record.after?.digest ?? []).toString('hex'));
  });

  it('says of one that nobody knows that there is none', async () => {
    await refused(auditor().getAuditRecord({ recordId: 'aud_unknown' }), 'AUDIT_RECORD_NOT_FOUND');
    await refused(auditor().getAuditRecord({ recordId: '' }), 'REQUEST_INVALID');
  });

  it('is for auditors and compliance alone', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).getAuditRecord({ recordId: 'aud_1' }), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(JANA).getAuditRecord({ recordId: 'aud_1' }), 'CALLER_NOT_ALLOWED');
  });
});
