import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { transferred, useAudit } from '../testing.ts';

describe('DraftSuspiciousActivityReport', () => {
  const { bank, auditor, hear, lookedAt } = useAudit();

  it('drafts from a case what happened, from when to when, and how much moved', async () => {
    await hear('transaction', [
      transferred('acc_x', 'acc_mule', '260000.00', new Date('2026-02-03T10:00:00Z')),
      transferred('acc_mule', 'acc_y', '100000.00', new Date('2026-02-03T11:00:00Z')),
      transferred('acc_mule', 'acc_z', '150000.50', new Date('2026-02-03T12:30:00Z')),
    ]);
    await lookedAt();
    const [found] = (await auditor().listCases({ subjectId: 'acc_mule' })).cases;
    const { draft } = await auditor().draftSuspiciousActivityReport({ caseId: found?.caseId ?? '' });
    expect(draft?.narrative).to.equal(
      [
        'Account acc_mule was found unusual once.',
        'Money that only passes through: 3 events from 2026-02-03T10:00:00.000Z to 2026-02-03T12:30:00.000Z.',
        'Of what it rests on, 260000.00 CZK came in.',
        'Of what it rests on, 250000.50 CZK went out.',
      ].join('\n'),
    );
    expect(draft?.paidIn.map(({ amount }) => amount)).to.deep.equal(['260000.00']);
    expect(draft?.paidOut.map(({ amount }) => amount)).to.deep.equal(['250000.50']);
    expect(draft?.endTime && timestampDate(draft.endTime).toISOString()).to.equal('2026-02-03T12:30:00.000Z');
  });

  it('is of a case that there is, and for compliance and auditors', async () => {
    await refused(auditor().draftSuspiciousActivityReport({ caseId: 'cse_none' }), 'CASE_NOT_FOUND');
    const teller = bank.asPrincipal(staff('TELLER'));
    await refused(teller.draftSuspiciousActivityReport({ caseId: 'cse_none' }), 'CALLER_NOT_ALLOWED');
  });
});
