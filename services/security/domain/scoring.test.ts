import { expect } from 'chai';
import { ScoringDecision, ScoringReason } from '#gen/bank/security/v1/scoring_pb.ts';
import { judge, type Known } from './scoring.ts';
import { FIRST_POLICY, judgingBy } from './scoring-policy.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 2, 13);

/**
 * By the first policy, in CZK: local hour · amount · transfers so far · their total · at night · days since the last payment ·
 * within the hour · total of the day · payee · device → decision, and why. A device is untold, alone (there is no other), old, newly
 * seen beside an older one, or unknown beside one; `-` is never.
 */
const TABLE = `
  13 100      0   0       0  -    0   0        new   untold   ALLOW   NEW_PAYEE
  13 500000   0   0       0  -    0   0        new   untold   ALLOW   NEW_PAYEE
  13 500001   0   0       0  -    0   0        new   untold   STEP_UP NEW_PAYEE,UNUSUAL_AMOUNT
  13 500001   0   0       0  -    0   0        known untold   ALLOW   UNUSUAL_AMOUNT
  13 1000001  0   0       0  -    0   0        new   untold   REVIEW  VELOCITY_SUM,NEW_PAYEE,UNUSUAL_AMOUNT
  2  100      0   0       0  -    0   0        new   unknown  ALLOW   NEW_PAYEE,NEW_DEVICE,UNUSUAL_TIME
  2  100      100 100000  4  1    0   0        known untold   ALLOW   UNUSUAL_TIME
  2  100      100 100000  5  1    0   0        known untold   ALLOW   -
  5  100      100 100000  0  1    0   0        known untold   ALLOW   -
  13 9999     5   500     0  1    0   0        known untold   ALLOW   -
  13 10001    5   500     0  1    0   0        known untold   ALLOW   UNUSUAL_AMOUNT
  13 10001    4   400     0  1    0   0        known untold   ALLOW   -
  13 50000    5   25000   0  1    0   0        known untold   ALLOW   -
  13 50001    5   25000   0  1    0   0        known untold   ALLOW   UNUSUAL_AMOUNT
  13 50001    5   25000   0  1    0   0        new   unknown  REVIEW  NEW_PAYEE,NEW_DEVICE,UNUSUAL_AMOUNT
  13 100      9   900     0  365  0   0        known untold   ALLOW   -
  13 100      9   900     0  366  0   0        known untold   ALLOW   DORMANT_ACCOUNT
  13 20000    9   900     0  366  0   0        new   untold   REVIEW  NEW_PAYEE,UNUSUAL_AMOUNT,DORMANT_ACCOUNT
  13 100      90  9000    0  0    59  5900     known untold   ALLOW   -
  13 100      90  9000    0  0    60  6000     new   untold   ALLOW   VELOCITY_COUNT,NEW_PAYEE
  13 9000     99  891000  0  0    60  995000   new   untold   REVIEW  VELOCITY_COUNT,VELOCITY_SUM,NEW_PAYEE
  13 5000     99  891000  0  0    1   995000   known untold   ALLOW   -
  13 5001     99  891000  0  0    1   995000   known untold   ALLOW   VELOCITY_SUM
  13 100      0   0       0  -    0   0        known alone    ALLOW   -
  13 100      0   0       0  -    0   0        known old      ALLOW   -
  13 100      0   0       0  -    0   0        known newly    ALLOW   NEW_DEVICE
  2  950000   99  9900    0  366  60  995000   new   unknown  REFUSE  VELOCITY_COUNT,VELOCITY_SUM,NEW_PAYEE,NEW_DEVICE,UNUSUAL_AMOUNT,UNUSUAL_TIME,DORMANT_ACCOUNT
`;

const DEVICES: Readonly<Record<string, Pick<Known, 'isDeviceTold' | 'deviceTime' | 'firstDeviceTime'>>> = {
  untold: { isDeviceTold: false, deviceTime: undefined, firstDeviceTime: NOW - 90 * DAY_MS },
  alone: { isDeviceTold: true, deviceTime: NOW - HOUR_MS, firstDeviceTime: NOW - HOUR_MS },
  old: { isDeviceTold: true, deviceTime: NOW - DAY_MS, firstDeviceTime: NOW - 90 * DAY_MS },
  newly: { isDeviceTold: true, deviceTime: NOW - DAY_MS + 1, firstDeviceTime: NOW - 90 * DAY_MS },
  unknown: { isDeviceTold: true, deviceTime: undefined, firstDeviceTime: NOW - 90 * DAY_MS },
};

const minor = (crowns = '') => BigInt(crowns) * 100n;
const nameOf = (of: Readonly<Record<string, number>>, value: number) =>
  Object.keys(of).find((name) => of[name] === value) ?? '';

describe('The score of an order', () => {
  for (const line of TABLE.trim().split('\n')) {
    const columns = line.trim().split(/\s+/);
    const [hour, amount, transfers, total, night, idleDays, inHour, ofDay, payee, device, decision, why] = columns;

    it(`at ${hour} h of ${amount}, payee ${payee}, device ${device}: ${decision} for ${why}`, () => {
      const known: Known = {
        transfers: BigInt(transfers ?? ''),
        total: minor(total),
        nightTransfers: BigInt(night ?? ''),
        lastTime: idleDays === '-' ? undefined : NOW - Number(idleDays) * DAY_MS,
        hourTransfers: BigInt(inHour ?? ''),
        dayTotal: minor(ofDay),
        isPayeeKnown: payee === 'known',
        ...(DEVICES[device ?? ''] as (typeof DEVICES)['old'] & object),
      };
      const order = { currency: 'CZK', amount: minor(amount), time: NOW, localHour: Number(hour) };
      const judged = judge(order, known, judgingBy(FIRST_POLICY));
      expect(nameOf(ScoringDecision, judged.decision)).to.equal(decision);
      expect(judged.reasons.map((reason) => nameOf(ScoringReason, reason)).join() || '-').to.equal(why);
    });
  }

  const nothing: Known = {
    transfers: 0n,
    total: 0n,
    nightTransfers: 0n,
    lastTime: undefined,
    hourTransfers: 0n,
    dayTotal: 0n,
    isPayeeKnown: false,
    isDeviceTold: false,
    deviceTime: undefined,
    firstDeviceTime: undefined,
  };
  const most = { currency: 'JPY', amount: 9_223_372_036_854_775_807n, time: NOW, localHour: 13 };

  it('knows no large amount in a currency that the policy does not name, but holds it against the account’s own', () => {
    const by = judgingBy(FIRST_POLICY);
    expect(judge(most, nothing, by).reasons).to.deep.equal([ScoringReason.NEW_PAYEE]);
    const own = { ...nothing, transfers: 5n, total: 500n };
    expect(judge(most, own, by).reasons).to.deep.equal([ScoringReason.NEW_PAYEE, ScoringReason.UNUSUAL_AMOUNT]);
  });

  it('tells no reason that the policy gives no weight', () => {
    const by = judgingBy({ ...FIRST_POLICY, weights: [] });
    expect(judge(most, nothing, by)).to.deep.equal({ decision: ScoringDecision.ALLOW, score: 0, reasons: [] });
  });
});
