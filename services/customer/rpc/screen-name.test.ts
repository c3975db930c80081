import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { dump, legible } from '../testing.ts';
import { imported, PARTIES } from '../testing-sanctions.ts';

describe('ScreenName', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('finds nobody while there is no list, and then those who are so called, as the lists are now', async () => {
    const ask = async (name: string, birthDate = '') =>
      (await officer().screenName({ name, birthDate })).matches.map(
        ({ entry, score }) => `${entry?.entryNumber} ${score}`,
      );
    expect(await ask('Vladimir Igorevich Zhirkovsky')).to.deep.equal([]);
    await imported(officer());
    expect(await ask('Vladimir Igorevich Zhirkovsky')).to.deep.equal(['101 100']);
    expect(await ask('Wladimir Girkowski')).to.deep.equal(['101 100']);
    expect(await ask('Владимир Игоревич Жирковский')).to.deep.equal(['101 98']);
    expect(await ask('Vladimir Igorevich Zhirkovsky', '1999-12-31')).to.deep.equal(['101 95']);
    expect(await ask('Jana Novotná')).to.deep.equal([]);
    await imported(officer(), PARTIES.slice(1));
    expect(await ask('Vladimir Igorevich Zhirkovsky')).to.deep.equal([]);
    expect(legible(await dump(bank.database), ['Жирковский'])).to.deep.equal([]);
  });

  it('is for compliance', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).screenName({ name: 'Jana' }), 'CALLER_NOT_ALLOWED');
    await refused(officer().screenName({ name: 'Jana', birthDate: '1999-02-30' }), 'REQUEST_INVALID');
  });
});
