import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';
import { ofOurs } from '../testing-statements.ts';

describe('AssignReconciliationException', () => {
  const bank = useService(integration);

  it('gives an exception to who takes it, and back', async () => {
    await ofOurs(bank.database, [100]);
    const maker = staff('BACK_OFFICE');
    const desk = bank.asPrincipal(maker);
    const assign = (requestId: string, exceptionNumber: number, release = false) =>
      desk.assignReconciliationException({ requestId, exceptionNumber, release });
    expect((await assign('r1', 1)).reconciliationException?.assignee).to.equal(maker.partyId);
    expect((await assign('r2', 1, true)).reconciliationException?.assignee).to.equal('');
    await refused(assign('r3', 2), 'RECONCILIATION_EXCEPTION_NOT_FOUND');
    await desk.resolveReconciliationExceptions({ requestId: 'r4', exceptionNumbers: [1], reason: 'a charge' });
    await refused(assign('r5', 1), 'RECONCILIATION_EXCEPTION_RESOLVED');
  });
});
