// Monitoring: what happened is looked at by the rules in force, soon after it became known, and what they find becomes alerts.
import { create } from '@bufbuild/protobuf';
import type { Tx } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { type MonitoringRuleVersion, MonitoringRuleVersionSchema } from '#gen/bank/audit/v1/monitoring_pb.ts';
import {
  type AlertRow,
  addEvidence,
  type CaseRow,
  insertAlert,
  insertCase,
  lockCaseOf,
  selectAlertNear,
  updateCase,
} from './case-tables.ts';
import type { Context } from './context.ts';
import { type Activity, bySubject, type Finding } from './domain/activity.ts';
import { FIRST_RULES, type Judging, judge, judgingBy } from './domain/monitoring-rules.ts';
import { happened, ruleMessage } from './monitoring-messages.ts';
import {
  deleteWaiting,
  type Looked,
  lockMonitoring,
  selectActivities,
  selectBefore,
  selectRules,
  selectWaiting,
} from './monitoring-tables.ts';

/** How much that waits is looked at in one transaction. */
const AT_ONCE = 1_000;
/** Of so many subjects what is known is read by one statement: busy ones have thousands of activities. */
const SUBJECTS_AT_ONCE = 100;

/** The rules in force, by name: the last version of each that was set, and those that the bank came with. */
export async function rulesInForce({ query }: Pick<Tx, 'query'>): Promise<MonitoringRuleVersion[]> {
  const set = (await query(selectRules())).map(ruleMessage);
  const names = new Set(set.map(({ rule }) => rule?.ruleId));
  const came = FIRST_RULES.filter(({ ruleId }) => !names.has(ruleId)).map((rule) =>
    create(MonitoringRuleVersionSchema, { rule, version: 0 }),
  );
  const nameOf = ({ rule }: MonitoringRuleVersion) => rule?.ruleId ?? '';
  return [...set, ...came].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

/** Looks at all that waits. Only one process of the service does at a time. */
export async function monitor(context: Pick<Context, 'database' | 'config'>): Promise<void> {
  for (;;) {
    // At rest one question, where a transaction would take four.
    const [any] = await context.database.query(selectWaiting(1));
    if (!any) return;
    const looked = await context.database.transaction((tx) => lookAtSome(tx, context.config.BANK_TIME_ZONE));
    if (looked < AT_ONCE) return;
  }
}

/** Looks at the first that waits, and answers how much that was. */
async function lookAtSome(tx: Tx, timeZone: string): Promise<number> {
  const [lock] = await tx.query(lockMonitoring());
  if (!lock?.mine) return 0;
  const waiting = await tx.query(selectWaiting(AT_ONCE));
  if (waiting.length === 0) return 0;
  const news = waiting.map(happened);
  for (const { rule, version } of await rulesInForce(tx)) {
    if (!rule?.enabled) continue;
    const judging = judgingBy(rule, timeZone);
    for (const finding of await findingsAbout(tx, judging, news)) await alert(tx, judging, version, finding);
  }
  await tx.query(deleteWaiting(waiting.map(({ position }) => position)));
  return waiting.length;
}

/** What a rule finds that rests on anything new, with all that is known around it. */
async function findingsAbout(tx: Tx, judging: Judging, news: readonly Activity[]): Promise<Finding[]> {
  const { kinds, windowMs, asksForSilence } = judging;
  const groups = bySubject(news.filter(({ kind }) => kinds.includes(kind)));
  if (groups.size === 0) return [];
  const looked: Looked[] = [...groups].map(([subjectId, group]) => ({
    subjectId,
    fromMs: (group[0]?.timeMs ?? 0) - windowMs,
    toMs: (group.at(-1)?.timeMs ?? 0) + windowMs,
  }));
  const fresh = new Set(news.map(keyOf));
  const found: Finding[] = [];
  for (let first = 0; first < looked.length; first += SUBJECTS_AT_ONCE) {
    const some = looked.slice(first, first + SUBJECTS_AT_ONCE);
    const around = await tx.query(selectActivities(some, kinds));
    const before = asksForSilence ? await tx.query(selectBefore(some, kinds)) : [];
    found.push(...judge(judging, [...before, ...around].map(happened)));
  }
  return found.filter(({ evidence }) => evidence.some((activity) => fresh.has(keyOf(activity))));
}

const keyOf = ({ subjectId, kind, eventId }: Activity) => `${subjectId} ${kind} ${eventId}`;

/** Makes an alert of a finding, or has the alert of what came just before or after rest on it too. */
async function alert(tx: Tx, { rule, windowMs }: Judging, ruleVersion: number, finding: Finding): Promise<void> {
  const { subjectId, startMs, endMs, evidence } = finding;
  const { ruleId } = rule;
  const now = String(Date.now());
  const theCase = await caseAbout(tx, subjectId, now);
  const times = { startMs: String(startMs), endMs: String(endMs) };
  const [near] = await tx.query(selectAlertNear({ caseId: theCase.caseId, ruleId, ...times }, windowMs));
  const found: AlertRow = near ?? {
    alertId: newId('alr'),
    caseId: theCase.caseId,
    ruleId,
    ruleVersion,
    subjectId,
    ...times,
    createMs: now,
    evidenceCount: 0,
  };
  if (!near) await tx.query(insertAlert(found));
  const [rested] = await tx.query(addEvidence(found.alertId, evidence));
  if ((rested?.added ?? 0) > 0) await tx.query(updateCase({ ...theCase, updateMs: now }));
}

/** The case about a subject: the one that has not ended, or another. */
async function caseAbout(tx: Tx, subjectId: string, now: string): Promise<CaseRow> {
  const [known] = await tx.query(lockCaseOf(subjectId));
  if (known) return known;
  const opened: CaseRow = {
    caseId: newId('cse'),
    subjectId,
    state: 'OPEN',
    assigneeId: '',
    createMs: now,
    updateMs: now,
  };
  await tx.query(insertCase(opened));
  return opened;
}
