import { expect } from 'chai';
import { LoginReason, ScoringDecision } from '#gen/bank/security/v1/scoring_pb.ts';
import { judgeLogin } from './login-scoring.ts';
import { FIRST_POLICY, judgingBy } from './scoring-policy.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 2, 13);

/**
 * By the first policy: local hour · tries that failed · refused from the network · logins so far · at night · days since the last ·
 * device → decision, and why. A device is the first there is, one that was seen, or one that was not; `-` is never.
 */
const TABLE = `
  13 0  0  0  0 -   first ALLOW   -
  3  0  0  0  0 -   first ALLOW   -
  13 0  0  9  0 1   seen  ALLOW   -
  13 0  0  9  0 1   new   ALLOW   NEW_DEVICE
  13 2  19 9  0 180 seen  ALLOW   -
  13 3  0  9  0 1   seen  ALLOW   FAILED_TRIES
  13 99 20 9  0 1   seen  ALLOW   FAILED_TRIES,ADDRESS_FAILURES
  13 99 20 0  0 -   first ALLOW   FAILED_TRIES,ADDRESS_FAILURES
  4  0  0  20 0 1   seen  ALLOW   UNUSUAL_TIME
  4  0  0  21 1 1   seen  ALLOW   UNUSUAL_TIME
  4  0  0  20 1 1   seen  ALLOW   -
  5  0  0  20 0 1   seen  ALLOW   -
  13 0  0  9  0 181 seen  ALLOW   DORMANT
  4  0  0  9  0 1   new   ALLOW   NEW_DEVICE,UNUSUAL_TIME
  13 3  0  9  0 1   new   STEP_UP NEW_DEVICE,FAILED_TRIES
  13 0  20 9  0 1   new   STEP_UP NEW_DEVICE,ADDRESS_FAILURES
  13 0  0  9  0 181 new   STEP_UP NEW_DEVICE,DORMANT
  13 3  20 9  0 181 seen  STEP_UP FAILED_TRIES,ADDRESS_FAILURES,DORMANT
  13 3  20 9  0 1   new   REVIEW  NEW_DEVICE,FAILED_TRIES,ADDRESS_FAILURES
  13 0  20 9  0 181 new   REVIEW  NEW_DEVICE,ADDRESS_FAILURES,DORMANT
  13 3  20 9  0 181 new   REFUSE  NEW_DEVICE,FAILED_TRIES,ADDRESS_FAILURES,DORMANT
`;

const DEVICES: Readonly<Record<string, readonly [number | undefined, number | undefined]>> = {
  first: [undefined, undefined],
  seen: [NOW - DAY_MS, NOW - 9 * DAY_MS],
  new: [undefined, NOW - 9 * DAY_MS],
};

const nameOf = (of: Readonly<Record<string, number>>, value: number) =>
  Object.keys(of).find((name) => of[name] === value) ?? '';

describe('The score of a login', () => {
  const { logins } = judgingBy(FIRST_POLICY);

  for (const line of TABLE.trim().split('\n')) {
    const [hour, failures, refused, times, nights, idle, device = '', decision, why] = line.trim().split(/\s+/);
    it(line.trim(), () => {
      const [deviceTime, firstDeviceTime] = DEVICES[device] ?? [];
      const facts = {
        time: NOW,
        localHour: Number(hour),
        failures: Number(failures),
        addressFailures: Number(refused),
        logins: Number(times),
        nightLogins: Number(nights),
        lastTime: idle === '-' ? undefined : NOW - Number(idle) * DAY_MS,
        deviceTime,
        firstDeviceTime,
      };
      const looks = judgeLogin(facts, logins);
      expect(nameOf(ScoringDecision, looks.decision)).to.equal(decision);
      expect(looks.reasons.map((reason) => nameOf(LoginReason, reason)).join() || '-').to.equal(why);
    });
  }

  it('tells no reason without a weight, and counts none', () => {
    const facts = {
      time: NOW,
      localHour: 3,
      failures: 99,
      addressFailures: 99,
      logins: 9,
      nightLogins: 0,
      lastTime: 0,
      deviceTime: undefined,
      firstDeviceTime: 0,
    };
    const weights = new Map([[LoginReason.DORMANT, 7]]);
    const looks = judgeLogin(facts, { ...logins, weights });
    expect(looks).to.deep.equal({ decision: ScoringDecision.ALLOW, score: 7, reasons: [LoginReason.DORMANT] });
  });
});
