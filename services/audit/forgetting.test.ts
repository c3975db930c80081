import { expect } from 'chai';
import { FIRST_RULES, judgingBy, lookBackMs } from './domain/monitoring-rules.ts';
import { forget } from './forgetting.ts';
import { transferred, useAudit } from './testing.ts';

const DAY_MS = 24 * 60 * 60_000;

describe('Activities of monitoring', () => {
  const { bank, hear, lookedAt, keeping } = useAudit();
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS);
  const left = async (subject: string) => {
    const rows = await bank.database.query<{ days: number }>(
      `select round(extract(epoch from now() - occur_time) / 86400)::int as days from activity where subject_id = $1 order by 1`,
      [subject],
    );
    return rows.map(({ days }) => days);
  };

  it('are kept as long as rules look back, the first and last payment of each, and what was large, longer', async () => {
    const old = [900, 800, 700, 600, 500];
    const small = [...old, 100, 1].map((days) => transferred('acc_small', 'acc_other', '100.00', ago(days)));
    const silent = old.map((days) => transferred('acc_silent', 'acc_other', '100.00', ago(days)));
    const large = old.map((days) => transferred('acc_large', 'acc_rich', '250000.00', ago(days)));
    await hear('transaction', [...small, ...silent, ...large]);
    await lookedAt();
    await forget(keeping());
    expect(await left('acc_small'), 'the first, and what rules look back to').to.deep.equal([1, 100, 900]);
    expect(await left('acc_silent'), 'the first and the last: how long it was silent').to.deep.equal([500, 900]);
    expect(await left('acc_large')).to.deep.equal(old.toReversed());
    await forget(keeping());
    expect(await left('acc_small')).to.deep.equal([1, 100, 900]);
  });

  it('are looked back to as far as windows and silence go', () => {
    const back = FIRST_RULES.map((rule) => [rule.ruleId, lookBackMs(judgingBy(rule, 'UTC')) / DAY_MS]);
    expect(Object.fromEntries(back)).to.include({ 'dormant-drain': 184, structuring: 14 });
  });

  it('young ones are forgotten by nobody', async () => {
    const statement = `select forget_activities(now() - interval '30 days', '{}', now(), 10)`;
    const tried = await bank.database.query(statement, [], 'runtime').catch((error: Error) => error.message);
    expect(tried).to.match(/too young to be forgotten/);
  });
});
