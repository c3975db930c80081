import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect } from 'chai';
import { keyFiles } from '#chassis/keyring.ts';
import { refused, staff, startTestService } from '#chassis/testing/service.ts';
import { CaseState } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { audit } from '../service.ts';
import { useAudit } from '../testing.ts';

describe('GetCase', () => {
  const { bank, auditor, denied } = useAudit();

  it('reads a case with its alerts and notes, and without the words of somebody erased', async () => {
    const { caseId, alertId } = await denied('cus_jana');
    const officer = bank.asPrincipal({ ...staff('COMPLIANCE'), partyId: 'stf_gone' });
    for (const text of ['First', 'Second']) await officer.addCaseNote({ requestId: randomUUID(), caseId, text });
    const read = await auditor().getCase({ caseId });
    expect(read.case).to.deep.include({ caseId, subjectId: 'cus_jana', state: CaseState.OPEN, assigneeId: '' });
    expect(read.alerts.map((alert) => [alert.alertId, alert.evidenceCount])).to.deep.equal([[alertId, 10]]);
    expect(read.notes.map(({ noteNumber, authorId, text }) => [noteNumber, authorId, text])).to.deep.equal([
      [1, 'stf_gone', 'First'],
      [2, 'stf_gone', 'Second'],
    ]);
    await keyFiles(path.join(bank.dataDir, 'keyring')).remove('stf_gone');
    // One that does not have the key in memory.
    const second = await startTestService(audit, { beside: bank });
    const { notes } = await second.asPrincipal(staff('AUDITOR')).getCase({ caseId });
    await second.stop();
    expect(notes.map(({ text }) => text)).to.deep.equal(['', '']);
  });

  it('says of one that nobody knows that there is none, and is for compliance and auditors', async () => {
    await refused(auditor().getCase({ caseId: 'cse_none' }), 'CASE_NOT_FOUND');
    await refused(bank.asPrincipal(staff('TELLER')).getCase({ caseId: 'cse_none' }), 'CALLER_NOT_ALLOWED');
  });
});
