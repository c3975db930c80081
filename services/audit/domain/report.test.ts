import { expect } from 'chai';
import type { Activity, ActivityWord } from './activity.ts';
import { narrativeOf, totalsOf } from './report.ts';

function moved(kind: ActivityWord, eventId: string, currency: string, minor: bigint): Activity {
  return { subjectId: 'acc_1', kind, timeMs: 0, eventId, recordId: '', resourceIds: [], amount: { currency, minor } };
}

describe('A draft of a suspicious-activity report', () => {
  it('adds up by currency what came in and went out, each event once though several alerts rest on it', () => {
    const { paidIn, paidOut } = totalsOf([
      moved('PAID_IN', 'evt_1', 'EUR', 100n),
      moved('PAID_IN', 'evt_1', 'EUR', 100n),
      moved('CASH_IN', 'evt_2', 'EUR', 50n),
      moved('PAID_IN', 'evt_3', 'CZK', 7n),
      moved('PAID_OUT', 'evt_4', 'EUR', 20n),
    ]);
    expect(paidIn).to.deep.equal([
      { currency: 'CZK', minor: 7n },
      { currency: 'EUR', minor: 150n },
    ]);
    expect(paidOut).to.deep.equal([{ currency: 'EUR', minor: 20n }]);
  });

  it('tells of a party without a word of money', () => {
    const alert = { ruleName: 'Refused again', startMs: 0, endMs: 1_000, evidenceCount: 1 };
    expect(narrativeOf('stf_1', [alert, { ...alert, evidenceCount: 2 }], { paidIn: [], paidOut: [] })).to.equal(
      [
        'Party stf_1 was found unusual 2 times.',
        'Refused again: 1 event from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z.',
        'Refused again: 2 events from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z.',
      ].join('\n'),
    );
  });
});
