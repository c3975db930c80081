import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { imported } from '../testing-sanctions.ts';

describe('ScreenParties', () => {
  const bank = useService(customer);
  const screened = async (...names: string[]) => {
    const { parties } = await bank.as('transaction').screenParties({ names });
    return parties.map(({ matches }) => matches.map(({ entry, score }) => `${entry?.entryNumber} ${score}`));
  };

  it('finds persons and organisations that are so called, of each name by itself', async () => {
    expect(await screened('Wladimir Girkowski')).to.deep.equal([[]]);
    await imported(bank.asPrincipal(staff('COMPLIANCE')));
    const names = ['Wladimir Girkowski', 'Jana Novotna', 'Zlotnik Trading Company Ltd'];
    expect(await screened(...names)).to.deep.equal([['101 100'], [], ['103 100']]);
  });

  it('is for transaction', async () => {
    await refused(bank.as('ledger').screenParties({ names: ['Jana'] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('transaction').screenParties({ names: [''] }), 'REQUEST_INVALID');
    await refused(bank.as('transaction').screenParties({ names: [] }), 'REQUEST_INVALID');
  });
});
