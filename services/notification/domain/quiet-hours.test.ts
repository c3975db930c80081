import { expect } from 'chai';
import { quietUntil } from './quiet-hours.ts';

describe('quiet hours', () => {
  const NIGHT = ['22:00', '07:00'] as const;
  const NOON = ['12:00', '13:30'] as const;
  const cases: [string, readonly [string, string], string, string | undefined][] = [
    ['2026-11-27T20:59:59Z', NIGHT, 'Europe/Prague', undefined],
    ['2026-11-27T21:00:00Z', NIGHT, 'Europe/Prague', '2026-11-28T06:00:00Z'],
    ['2026-11-28T05:59:59Z', NIGHT, 'Europe/Prague', '2026-11-28T06:00:00Z'],
    ['2026-11-28T06:00:00Z', NIGHT, 'Europe/Prague', undefined],
    ['2026-11-27T11:00:00Z', NOON, 'Europe/Prague', '2026-11-27T12:30:00Z'],
    ['2026-11-27T10:59:00Z', NOON, 'Europe/Prague', undefined],
    ['2026-11-27T13:00:00Z', NIGHT, 'Asia/Tokyo', '2026-11-27T22:00:00Z'],
    // The night in which clocks go forward is an hour shorter, and the one in which they go back longer.
    ['2026-03-28T21:30:00Z', NIGHT, 'Europe/Prague', '2026-03-29T05:00:00Z'],
    ['2026-10-24T21:30:00Z', NIGHT, 'Europe/Prague', '2026-10-25T06:00:00Z'],
  ];
  for (const [now, [quietFrom, until], timeZone, expected] of cases) {
    it(`${quietFrom} to ${until} in ${timeZone}, at ${now}: ${expected ?? 'none'}`, () => {
      const quiet = { timeZone, quietFrom, quietUntil: until };
      expect(quietUntil(Temporal.Instant.from(now), quiet)?.toString()).to.equal(expected);
    });
  }

  it('are none where none were chosen', () => {
    const none = { timeZone: 'UTC', quietFrom: null, quietUntil: null };
    expect(quietUntil(Temporal.Instant.from('2026-11-27T23:00:00Z'), none)).to.equal(undefined);
  });
});
