// Activities are kept only as long as a rule of monitoring looks back, but for what the database itself does not let go.

import { forgetActivities } from './archive-tables.ts';
import type { Context } from './context.ts';
import { keepMonths, largeMinors } from './domain/keeping.ts';
import { judgingBy, lookBackMs } from './domain/monitoring-rules.ts';
import { retentionInForce } from './keeping-tables.ts';
import { rulesInForce } from './monitoring.ts';

const AT_ONCE = 10_000;
const DAY_MS = 24 * 60 * 60_000;
/** No activity is forgotten sooner, whatever the rules are now: they may be others tomorrow. */
const KEPT_DAYS_MIN = 93;

/** Forgets activities that no rule in force looks back to. */
export async function forget({ database, config }: Pick<Context, 'database' | 'config'>): Promise<void> {
  const rules = (await rulesInForce(database)).flatMap(({ rule }) => (rule?.enabled ? [rule] : []));
  const back = rules.map((rule) => lookBackMs(judgingBy(rule, config.BANK_TIME_ZONE)));
  const beforeMs = Date.now() - Math.max(KEPT_DAYS_MIN * DAY_MS, ...back);
  const { policy } = await retentionInForce(database);
  const last = policy?.classes.at(-1)?.className ?? '';
  const months = policy ? keepMonths(policy, last) : 0;
  const largeBefore = Temporal.Now.zonedDateTimeISO('UTC').subtract({ months }).epochMilliseconds;
  const large = policy ? largeMinors(policy) : new Map<string, bigint>();
  for (;;) {
    const [done] = await database.query(forgetActivities(beforeMs, large, largeBefore, AT_ONCE));
    if ((done?.forgotten ?? 0) < AT_ONCE) return;
  }
}
