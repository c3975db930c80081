import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';
import { ofOurs } from '../testing-statements.ts';

describe('ResolveReconciliationExceptions', () => {
  const bank = useService(integration);
  const desk = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const resolve = (requestId: string, exceptionNumbers: number[], reason = '') =>
    desk().resolveReconciliationExceptions({ requestId, exceptionNumbers, reason });

  it('puts together what comes to nothing, and else only for a reason', async () => {
    await ofOurs(bank.database, [100, -100, 30]);
    expect((await resolve('r1', [1, 2])).difference?.amount).to.equal('0.00');
    await refused(resolve('r2', [1]), 'RECONCILIATION_EXCEPTION_RESOLVED');
    await refused(resolve('r3', [3]), 'RECONCILIATION_SUMS_DIFFER');
    await refused(resolve('r4', [3, 9], 'a charge of theirs'), 'RECONCILIATION_EXCEPTION_NOT_FOUND');
    expect((await resolve('r5', [3], 'a charge of theirs')).difference?.amount).to.equal('-0.30');
    expect((await desk().listReconciliationExceptions({})).reconciliationExceptions).to.deep.equal([]);
  });
});
