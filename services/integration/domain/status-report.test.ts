import { expect } from 'chai';
import { type Sent, statusReport } from './status-report.ts';

const STATES = ['queued', 'sent', 'settled', 'failed', 'returned', 'withdrawn'] as const;

/** What is told of a file with one payment to another bank in each of these states, and one that waits. */
function told(states: readonly Sent['state'][], waiting = 0) {
  const payments = states.length + waiting;
  const file = {
    state: 'done' as const,
    messageId: 'M1',
    messageCreateTime: '',
    counts: { payments, booked: 0, pending: payments, refused: 0 },
    sent: Object.fromEntries(states.map((state) => [state, 1])),
    refusal: { reason: '', path: '' },
  };
  const reported = states.map((state) => ({
    payment: { groupId: 'G1', endToEndId: state },
    outcome: { state: 'pending' as const, paymentOrderId: 'pmo_1' },
    sent: { state, isoReason: state === 'failed' ? 'AC04' : state === 'returned' ? 'MD07' : '', reason: '' },
  }));
  const { content } = statusReport(file, reported, { id: 'R1', time: '2026-11-28T09:30:00Z' });
  const group = content.OrgnlGrpInfAndSts;
  const lines = (content.OrgnlPmtInfAndSts ?? []).flatMap(({ TxInfAndSts = [] }) =>
    TxInfAndSts.map(({ OrgnlEndToEndId, TxSts, StsRsnInf: [reason] = [] }) =>
      [OrgnlEndToEndId, TxSts, reason?.Rsn?.Cd, reason?.AddtlInf?.[0]].filter(Boolean).join(' '),
    ),
  );
  const counts = (group.NbOfTxsPerSts ?? []).map(({ DtldSts, DtldNbOfTxs }) => `${DtldSts} ${DtldNbOfTxs}`);
  return { group: group.GrpSts, lines, counts };
}

describe('The status report of a file', () => {
  it('says of payments to other banks where they are by now', () => {
    expect(told(STATES, 1)).to.deep.equal({
      group: 'PART',
      lines: [
        'queued ACSP',
        'sent ACSP',
        'settled ACSC',
        'failed RJCT AC04 SCHEME_REJECTED',
        'returned RJCT MD07 SCHEME_RETURNED',
        'withdrawn CANC CUST RECALLED',
      ],
      counts: ['ACSC 1', 'ACSP 2', 'PDNG 1', 'CANC 1', 'RJCT 2'],
    });
  });

  it('says why what died before it left the bank did', () => {
    const file = {
      state: 'done' as const,
      messageId: 'M1',
      messageCreateTime: '',
      counts: { payments: 2, booked: 0, pending: 2, refused: 0 },
      sent: { failed: 1, withdrawn: 1 },
      refusal: { reason: '', path: '' },
    };
    const reported = [
      { state: 'failed' as const, reason: 'INSUFFICIENT_FUNDS' },
      { state: 'withdrawn' as const, reason: 'CANCELLED' },
    ].map(({ state, reason }) => ({
      payment: { groupId: 'G1', endToEndId: state },
      outcome: { state: 'pending' as const, paymentOrderId: `pmo_${state}` },
      sent: { state, isoReason: '', reason },
    }));
    const { content } = statusReport(file, reported, { id: 'R1', time: '2026-11-28T09:30:00Z' });
    const told = (content.OrgnlPmtInfAndSts ?? []).flatMap(({ TxInfAndSts = [] }) => TxInfAndSts);
    expect(told.map(({ TxSts, StsRsnInf: [why] = [] }) => [TxSts, why?.Rsn?.Cd, why?.AddtlInf?.[0]])).to.deep.equal([
      ['RJCT', 'AM04', 'INSUFFICIENT_FUNDS'],
      ['CANC', 'CUST', 'CANCELLED'],
    ]);
  });

  it('says of the whole what is so of all', () => {
    const groups = [told(['settled']), told(['settled', 'sent']), told(['sent'], 1), told(['failed'])];
    expect(groups.map(({ group }) => group)).to.deep.equal(['ACSC', 'ACSP', 'PDNG', 'RJCT']);
  });
});
