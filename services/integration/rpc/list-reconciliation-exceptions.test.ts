import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { ReconciliationSide } from '#gen/bank/integration/v1/reconciliation_pb.ts';
import { integration } from '../service.ts';
import { aStatement, ofOurs } from '../testing-statements.ts';

describe('ListReconciliationExceptions', () => {
  const bank = useService(integration);

  it('shows both sides, oldest first, with their age on the day of the last statement', async () => {
    await ofOurs(bank.database, [100, -50]);
    const desk = bank.asPrincipal(staff('BACK_OFFICE'));
    await desk.importSettlementStatement({ requestId: 'r1', content: aStatement('S1', 0n, [['pmo_a', -10_000n]]) });
    const first = await desk.listReconciliationExceptions({ pageSize: 2 });
    const second = await desk.listReconciliationExceptions({ pageSize: 2, pageToken: first.nextPageToken });
    const shown = [...first.reconciliationExceptions, ...second.reconciliationExceptions];
    const { OURS, THEIRS } = ReconciliationSide;
    expect(shown.map((one) => [one.side, one.amount?.amount, one.ageDays])).to.deep.equal([
      [OURS, '1.00', 8],
      [OURS, '-0.50', 8],
      [THEIRS, '-100.00', 0],
    ]);
    expect(second.nextPageToken).to.equal('');
  });
});
