import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';
import { aStatement } from '../testing-statements.ts';

describe('ImportSettlementStatement', () => {
  const bank = useService(integration);
  const desk = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('takes a statement once, and the next only where the last one ended', async () => {
    const first = aStatement('S1', 0n, [
      ['pmo_a', -10_000n],
      ['in-1', 2_500n],
    ]);
    const take = (requestId: string, content: Buffer) => desk().importSettlementStatement({ requestId, content });
    for (const requestId of ['r1', 'r2']) {
      expect((await take(requestId, first)).statementIdentification).to.equal('S1');
    }
    await refused(take('r3', aStatement('S1', 0n, [['pmo_a', -10_001n]])), 'STATEMENT_EXISTS');
    await refused(take('r4', aStatement('S2', 0n, [])), 'STATEMENT_NOT_NEXT');
    await take('r5', aStatement('S2', -7_500n, [['pmo_b', -100n]]));
    const rows = await bank.database.query('select identity, amount, payment_references from reconciliation_entry');
    expect(rows.map(({ amount }) => String(amount))).to.deep.equal(['-10000', '2500', '-100']);
    expect(rows[0]).to.deep.include({ payment_references: ['pmo_a'] });
  });

  it('refuses what is none, with the reason and the place', async () => {
    const none = desk().importSettlementStatement({ requestId: 'r6', content: Buffer.from('<Document/>') });
    expect((await refused(none, 'STATEMENT_UNREADABLE')).metadata).to.deep.equal({
      reason: 'MESSAGE_UNKNOWN',
      path: '/Document',
    });
    const wrong = aStatement('S3', -7_600n, [['pmo_c', -100n]])
      .toString()
      .replaceAll('>1.00<', '>2.00<');
    const asked = desk().importSettlementStatement({ requestId: 'r7', content: Buffer.from(wrong) });
    expect((await refused(asked, 'STATEMENT_UNREADABLE')).metadata).to.deep.include({ reason: 'SUM_MISMATCH' });
    const mixed = aStatement('S4', -7_600n, [['pmo_c', -100n]])
      .toString()
      .replace('"CZK">1.00<', '"EUR">1.00<');
    const of = desk().importSettlementStatement({ requestId: 'r8', content: Buffer.from(mixed) });
    expect((await refused(of, 'STATEMENT_UNREADABLE')).metadata).to.deep.include({ reason: 'VALUE_INVALID' });
  });
});
