import { expect } from 'chai';
import { allChoices, choose, isTimeZone, waysOf } from './preferences.ts';

describe('preferences', () => {
  it('send security by e-mail, and the rest nowhere, until something is chosen', () => {
    expect([waysOf({}, 'security'), waysOf({}, 'money_in')]).to.deep.equal([['email'], []]);
    const chosen = choose({}, [
      { topic: 'money_in', channel: 'sms', wanted: true },
      { topic: 'money_in', channel: 'email', wanted: true },
      { topic: 'money_in', channel: 'sms', wanted: false },
      { topic: 'security', channel: 'push', wanted: true },
    ]);
    expect([waysOf(chosen, 'money_in'), waysOf(chosen, 'security')]).to.deep.equal([['email'], ['email', 'push']]);
    expect(allChoices(chosen).filter(({ wanted }) => wanted)).to.have.length(3);
  });

  it('cannot mute what warns of theft, not even by a row that says so', () => {
    const muted = [{ topic: 'security', channel: 'email', wanted: false } as const];
    expect(() => choose({}, muted))
      .to.throw()
      .with.property('reason', 'SECURITY_NOT_MUTABLE');
    expect(waysOf({ 'security email': false }, 'security')).to.deep.equal(['email']);
  });

  it('know the time zones of the world, and no offsets', () => {
    const known = ['Europe/Prague', 'UTC', 'America/Argentina/Buenos_Aires'];
    expect(known.map(isTimeZone)).to.deep.equal([true, true, true]);
    expect(['', '+02:00', 'Europe', 'Mars/Base', '../../etc'].map(isTimeZone)).to.not.include(true);
  });
});
