import { expect } from 'chai';
import { nextDigest } from './digest.ts';

describe('nextDigest', () => {
  const at = (now: string, rhythm: 'daily' | 'weekly', changes: object = {}) =>
    nextDigest(Temporal.Instant.from(now), rhythm, {
      timeZone: 'Europe/Prague',
      digestTime: '08:00',
      digestWeekday: 1,
      ...changes,
    })?.toString();

  it('is today or tomorrow, where the customer is', () => {
    expect(at('2026-11-27T06:59:59Z', 'daily')).to.equal('2026-11-27T07:00:00Z');
    expect(at('2026-11-27T07:00:00Z', 'daily')).to.equal('2026-11-28T07:00:00Z');
    expect(at('2026-11-27T07:00:00Z', 'daily', { timeZone: 'Asia/Tokyo' })).to.equal('2026-11-27T23:00:00Z');
  });

  it('is on the day of the week, within a week', () => {
    // A Friday.
    expect(at('2026-11-27T07:00:00Z', 'weekly')).to.equal('2026-11-30T07:00:00Z');
    expect(at('2026-11-27T06:00:00Z', 'weekly', { digestWeekday: 5 })).to.equal('2026-11-27T07:00:00Z');
    expect(at('2026-11-27T07:00:00Z', 'weekly', { digestWeekday: 5 })).to.equal('2026-12-04T07:00:00Z');
  });

  it('is once on days on which the clock changes', () => {
    const early = { digestTime: '02:30' };
    // 02:30 is left out on 29 March, and is there twice on 25 October.
    expect(at('2026-03-29T00:00:00Z', 'daily', early)).to.equal('2026-03-29T01:30:00Z');
    expect(at('2026-03-29T01:30:00Z', 'daily', early)).to.equal('2026-03-30T00:30:00Z');
    expect(at('2026-10-25T00:00:00Z', 'daily', early)).to.equal('2026-10-25T00:30:00Z');
    expect(at('2026-10-25T00:30:00Z', 'daily', early)).to.equal('2026-10-26T01:30:00Z');
  });

  it('is not for what is sent at once', () => {
    expect(
      nextDigest(Temporal.Now.instant(), 'at once', { timeZone: 'UTC', digestTime: '08:00', digestWeekday: 1 }),
    ).to.equal(undefined);
  });
});
