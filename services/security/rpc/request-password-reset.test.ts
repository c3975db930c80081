import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aResetCode, expectNowhere, resetCodes, unique } from '../testing.ts';

describe('RequestPasswordReset', () => {
  const bank = useService(security);
  const request = (username: string, changes: { requestId?: string; validateOnly?: boolean } = {}) =>
    bank.asPrincipal(undefined).requestPasswordReset({ requestId: unique('forgotten'), username, ...changes });
  const aMinuteLater = (customerId: string) =>
    bank.database.query(`update password_reset set issue_time = issue_time - interval '61 s' where party_id = $1`, [
      customerId,
    ]);

  it('makes a code that stands in its event, sealed, and nowhere else', async () => {
    const who = await anEnrolledCustomer(bank);
    const code = await aResetCode(bank, { ...who, username: ` ${who.username.toUpperCase()}` });
    expect(code).to.match(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    await expectNowhere(bank.database, [code, code.replaceAll('-', ''), who.username]);
  });

  it('makes one a minute, however often it is asked', async () => {
    const who = await anEnrolledCustomer(bank);
    await aResetCode(bank, who);
    await Promise.all([1, 2, 3].map(() => request(who.username)));
    // What is done behind their answers is to be over before the minute is.
    await sleep(500);
    await aMinuteLater(who.customerId);
    const [first, second] = [(await resetCodes(bank, who.customerId)).at(0), await aResetCode(bank, who)];
    expect(await resetCodes(bank, who.customerId)).to.deep.equal([first, second]);
    expect(first).to.not.equal(second);
  });

  it('answers the same of a username that nobody has, and makes nothing', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const nobody = unique('nobody');
    expect(await request(nobody)).to.deep.equal(await request(username));
    const made = await bank.database.query(`select from password_reset where party_id = $1`, [nobody]);
    expect(made).to.have.length(0);
  });

  it('answers as quickly of a username that nobody has', async () => {
    const who = await anEnrolledCustomer(bank);
    await aResetCode(bank, who);
    const milliseconds = async (username: string) => {
      const start = performance.now();
      await request(username);
      const took = performance.now() - start;
      // What is made behind the answer of one is not to slow the next.
      await sleep(50);
      return took;
    };
    const ratios = [];
    for (let turn = 0; turn < 9; turn += 1) {
      await aMinuteLater(who.customerId);
      ratios.push((await milliseconds(who.username)) / (await milliseconds(unique('nobody'))));
    }
    expect(ratios.toSorted((a, b) => a - b)[4]).to.be.within(0.5, 2);
  });

  it('makes nothing when it is only tried', async () => {
    const who = await anEnrolledCustomer(bank);
    await request(who.username, { validateOnly: true });
    await aResetCode(bank, who);
    expect(await resetCodes(bank, who.customerId)).to.have.length(1);
  });
});
