import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';
import { aStatement, ofOurs } from '../testing-statements.ts';

describe('GetReconciliation', () => {
  const bank = useService(integration);

  it('says exactly where the books differ, and what nothing explains', async () => {
    const desk = bank.asPrincipal(staff('AUDITOR'));
    expect((await desk.getReconciliation({})).reconciliations).to.deep.equal([]);
    await ofOurs(bank.database, [300]);
    const content = aStatement('S1', 0n, [['pmo_a', -10_000n]]);
    await bank.asPrincipal(staff('BACK_OFFICE')).importSettlementStatement({ requestId: 'r1', content });
    // As if it had been held against a clearing account of 2.90: there is no ledger here.
    await bank.database.query('update settlement_statement set our_balance = 290');
    const [books] = (await desk.getReconciliation({})).reconciliations;
    expect([books?.agrees, books?.theirBalance?.amount, books?.ourBalance?.amount]).to.deep.equal([
      false,
      '-100.00',
      '2.90',
    ]);
    expect([books?.theirOpenAmount?.amount, books?.ourOpenAmount?.amount]).to.deep.equal(['-100.00', '3.00']);
    expect(books?.unexplainedDifference?.amount).to.equal('0.10');
  });
});
