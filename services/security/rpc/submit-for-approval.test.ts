import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/clients.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { unique } from '../testing.ts';
import { CHECKER, MAKER, REVERSE, reversalIn, useFourEyes } from '../testing-approvals.ts';

describe('SubmitForApproval', function submits() {
  this.timeout(20_000);
  const four = useFourEyes();

  it('keeps a call, does nothing of it, and answers the same approval when it is asked again', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const asked = await Promise.all(Array.from({ length: 8 }, () => four.submit(transactionId, { requestId })));
    expect(new Set(asked.map(({ approvalId }) => approvalId))).to.have.length(1);
    expect(asked[0]).to.include({ state: ApprovalState.PENDING });
    expect(asked[0]?.response).to.have.length(0);
    expect(await four.reversedAmount(transactionId)).to.equal('0.00');
    const id = asked[0]?.approvalId ?? '';
    expect(await eventsOf(four.bank().database('security'), id)).to.deep.equal(['ApprovalSubmitted 1']);
    await refused(four.submit(transactionId, { requestId, request: { remittanceInformation: 'x' } }), 'REQUEST_EXISTS');
  });

  it('answers what the service answered once it is executed, and goes on answering it', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const { approvalId } = await four.submit(transactionId, { requestId });
    await four.as(CHECKER).approveRequest({ requestId: unique('approve'), approvalId });
    await four.until(approvalId, ApprovalState.EXECUTED);
    const answers = await Promise.all([1, 2, 3].map(() => four.submit(transactionId, { requestId })));
    for (const { state, response } of answers) {
      expect(state).to.equal(ApprovalState.EXECUTED);
      expect(reversalIn(response)?.reversedTransactionId).to.equal(transactionId);
    }
    expect(await four.reversedAmount(transactionId)).to.equal('10.00');
  });

  it('tries it first: what the service would refuse troubles nobody', async () => {
    await refused(four.submit('txn_none'), 'TRANSACTION_NOT_FOUND');
    await refused(four.submit(''), 'REQUEST_INVALID');
    const rows = await four.bank().database('security').query(`select from approval where request like '%txn_none%'`);
    expect(rows).to.have.length(0);
  });

  it('answers what would happen and keeps nothing when it is only tried', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const { approvalId, response } = await four.submit(transactionId, { requestId, validateOnly: true });
    expect(approvalId).to.equal('');
    expect(reversalIn(response)?.amount?.amount).to.equal('10.00');
    const database = four.bank().database('security');
    expect(await database.query('select from approval where request_id = $1', [requestId])).to.have.length(0);
    expect((await four.submit(transactionId, { requestId })).state).to.equal(ApprovalState.PENDING);
  });

  it('shows nothing of a request in its table', async () => {
    const remittanceInformation = unique('a canary in a request');
    await four.submit(await four.aTransfer(), { request: { remittanceInformation } });
    for (const table of ['approval', 'command', 'outbox']) {
      const rows = await four
        .bank()
        .database('security')
        .query<{ row: string }>(`select t::text as row from ${table} t`);
      const text = rows.map(({ row }) => row).join('\n');
      expect(text).not.to.contain(remittanceInformation);
      expect(text).not.to.contain(Buffer.from(remittanceInformation).toString('hex'));
    }
  });

  it('takes only what its caller may call, and not alone', async () => {
    const transactionId = await four.aTransfer();
    await refused(four.submit(transactionId, { maker: staff('TELLER') }), 'CALLER_NOT_ALLOWED');
    await refused(four.submit(transactionId, { maker: customer('cus_1') }), 'CALLER_NOT_ALLOWED');
    const ask = (rpc: string, request = new Uint8Array()) =>
      four.as(MAKER).submitForApproval({ requestId: unique('any'), rpc, request });
    await refused(ask('bank.ledger.v1.LedgerService/ClosePeriods'), 'RPC_UNKNOWN');
    await refused(ask('bank.account.v1.AccountService/CloseAccount'), 'FOUR_EYES_NOT_NEEDED');
    await refused(ask(REVERSE, Buffer.from([255, 255])), 'MESSAGE_UNREADABLE');
    await refused(
      four.bank().as(SecurityService, 'edge').submitForApproval({ requestId: 'r', rpc: REVERSE }),
      'TOKEN_MISSING',
    );
  });
});
