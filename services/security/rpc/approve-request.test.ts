import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import { refused, staff } from '#chassis/testing/clients.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { unique } from '../testing.ts';
import { CHECKER, MAKER, useFourEyes } from '../testing-approvals.ts';

describe('ApproveRequest', function approves() {
  this.timeout(20_000);
  const four = useFourEyes();
  const approve = (approvalId: string, who = CHECKER, more = {}) =>
    four.as(who).approveRequest({ requestId: unique('approve'), approvalId, ...more });

  it('has it executed once, in the name of its maker, with the name of whoever approved', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const { approvalId } = await four.submit(transactionId, { requestId });
    const { approval } = await approve(approvalId);
    expect(approval).to.include({ state: ApprovalState.APPROVED, makerId: MAKER.partyId, approverId: CHECKER.partyId });
    await four.until(approvalId, ApprovalState.EXECUTED);
    expect(await four.reversedAmount(transactionId)).to.equal('10.00');
    const kept = await four
      .bank()
      .database('transaction')
      .query<{ envelope: Buffer }>(`select envelope from outbox where type like '%CommandRecorded' order by event_id`);
    const actors = kept.map(({ envelope }) => fromBinary(EventEnvelopeSchema, envelope).actor);
    expect(actors.at(-1)).to.include({ partyId: MAKER.partyId, approverId: CHECKER.partyId });
    const keys = await four
      .bank()
      .database('transaction')
      .query('select from command where owner = $1 and request_id = $2', [MAKER.partyId, requestId]);
    expect(keys).to.have.length(1);
    expect(await eventsOf(four.bank().database('security'), approvalId)).to.deep.equal([
      'ApprovalSubmitted 1',
      'ApprovalStateChanged 2',
      'ApprovalStateChanged 3',
    ]);
  });

  it('is refused to its maker, whatever their roles', async () => {
    const approvalId = await four.aPending();
    await refused(approve(approvalId, MAKER), 'APPROVER_NOT_ALLOWED');
    expect((await four.until(approvalId, ApprovalState.PENDING)).approverId).to.equal('');
  });

  it('is refused to other roles and other branches as if there were none', async () => {
    const approvalId = await four.aPending();
    await refused(approve(approvalId, staff('TELLER')), 'APPROVAL_NOT_FOUND');
    await refused(approve(approvalId, { ...staff('BRANCH_MANAGER'), branchId: 'brn_other' }), 'APPROVAL_NOT_FOUND');
    await refused(approve('apr_none'), 'APPROVAL_NOT_FOUND');
    await refused(approve(approvalId, staff('AUDITOR')), 'CALLER_NOT_ALLOWED');
    await approve(approvalId, staff('BRANCH_MANAGER'));
  });

  it('answers the same again, and is refused to all who come later', async () => {
    const approvalId = await four.aPending();
    const requestId = unique('approve');
    const first = await approve(approvalId, CHECKER, { requestId });
    expect(await approve(approvalId, CHECKER, { requestId })).to.deep.equal(first);
    await four.until(approvalId, ApprovalState.EXECUTED);
    const told = await refused(approve(approvalId), 'APPROVAL_NOT_PENDING');
    expect(told.metadata).to.deep.equal({ state: 'EXECUTED' });
  });

  it('is decided once by many at a time', async () => {
    const approvalId = await four.aPending();
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0
          ? approve(approvalId, { ...CHECKER, partyId: `stf_${index}` })
          : four.as(CHECKER).rejectRequest({ requestId: unique('reject'), approvalId }),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('changes nothing when it is only tried', async () => {
    const approvalId = await four.aPending();
    expect((await approve(approvalId, CHECKER, { validateOnly: true })).approval?.state).to.equal(
      ApprovalState.APPROVED,
    );
    expect((await four.until(approvalId, ApprovalState.PENDING)).approverId).to.equal('');
  });

  it('ends as FAILED, with the reason, when the service refuses it by then', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const { approvalId } = await four.submit(transactionId, { requestId });
    const { approvalId: other } = await four.submit(transactionId);
    await approve(other);
    await four.until(other, ApprovalState.EXECUTED);
    await approve(approvalId);
    expect((await four.until(approvalId, ApprovalState.FAILED)).reason).to.equal('REVERSAL_EXCEEDS_ORIGINAL');
    const { refusal } = await four.submit(transactionId, { requestId });
    expect(refusal?.detail?.reason).to.equal('REVERSAL_EXCEEDS_ORIGINAL');
  });

  it('is refused when the rule has changed since, and the request marked as stale', async () => {
    const approvalId = await four.aPending();
    const database = four.bank().database('security');
    await database.query(`update approval set rule = '{}' where id = $1`, [approvalId]);
    // The other reason when it was marked before.
    const told = await approve(approvalId).catch((error: Refusal) => error.reason);
    expect(told).to.be.oneOf(['APPROVAL_STALE', 'APPROVAL_NOT_PENDING']);
    expect((await four.until(approvalId, ApprovalState.STALE)).reason).to.equal('RULE_CHANGED');
  });

  it("is refused when its time is over on the bank's clock, and the request marked as expired", async () => {
    const approvalId = await four.aPending();
    const database = four.bank().database('security');
    const backOffice = four.bank().asPrincipal(LedgerService, staff('BACK_OFFICE'));
    const setClock = (hours?: number) =>
      backOffice.setClock({
        requestId: unique('clock'),
        ...(hours !== undefined && { clockTime: timestampFromMs(Date.now() + hours * 3_600_000) }),
      });
    await setClock(71);
    expect((await four.as(CHECKER).getApproval({ approvalId })).approval?.state).to.equal(ApprovalState.PENDING);
    await setClock(73);
    expect((await four.as(CHECKER).getApproval({ approvalId })).approval?.state).to.equal(ApprovalState.EXPIRED);
    await refused(approve(approvalId), 'APPROVAL_NOT_PENDING');
    for (;;) {
      const [row] = await database.query<{ state: string }>('select state from approval where id = $1', [approvalId]);
      if (row?.state === 'expired') break;
    }
    await setClock();
    expect(await eventsOf(database, approvalId)).to.deep.equal(['ApprovalSubmitted 1', 'ApprovalStateChanged 2']);
  });

  it('has left every law of the ledger as it is', () => checkLaws(four.bank().database('ledger').superuserUrl));
});
