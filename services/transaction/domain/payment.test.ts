import { expect } from 'chai';
import { effectOf, lifeOf } from './payment.ts';

describe('The life of a payment', () => {
  it('is its transaction up to the scheme, and then what the scheme says', () => {
    const step = { reason: '', isoReason: '' };
    const booked = [
      { state: 'awaiting_signatures' as const, time: 2, reason: '' },
      { state: 'pending' as const, time: 3, reason: '' },
      { state: 'posted' as const, time: 4, reason: '' },
      { state: 'reversed' as const, time: 7, reason: '' },
    ];
    const own = [
      { state: 'sent' as const, time: 5, ...step },
      { state: 'returned' as const, time: 8, ...step },
    ];
    const life = lifeOf(1, booked, own).map(({ state, time }) => `${state} ${time}`);
    expect(life).to.deep.equal(['created 1', 'pending_signature 2', 'accepted 4', 'sent 5', 'returned 8']);
  });

  it('takes a report once, in any order that can be, and no other', () => {
    const cases = [
      ['created', null, 'sent', 'write'],
      ['created', null, 'settled', 'write'],
      ['created', null, 'failed', 'put_back'],
      ['sent', null, 'sent', 'late'],
      ['sent', 'failed', 'failed', 'late'],
      ['sent', 'failed', 'settled', 'conflict'],
      ['settled', null, 'sent', 'late'],
      ['settled', null, 'failed', 'conflict'],
      ['settled', null, 'returned', 'put_back'],
      ['settled', 'returned', 'settled', 'late'],
      ['returned', null, 'returned', 'late'],
      ['returned', null, 'failed', 'conflict'],
      ['failed', null, 'returned', 'conflict'],
      ['cancelled', null, 'settled', 'conflict'],
      ['created', null, 'cancelled', 'put_back'],
      ['created', 'cancelled', 'cancelled', 'late'],
      ['cancelled', null, 'cancelled', 'late'],
      ['sent', null, 'cancelled', 'conflict'],
    ] as const;
    for (const [state, reported, report, effect] of cases) {
      expect(effectOf(state, reported, report), `${report} on ${state}`).to.equal(effect);
    }
  });
});
