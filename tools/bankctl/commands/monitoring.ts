import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, fromJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  AddCaseNoteResponseSchema,
  AssignCaseResponseSchema,
  AuditService,
  DecideCaseResponseSchema,
  DraftSuspiciousActivityReportResponseSchema,
  GetCaseResponseSchema,
  ListAlertsResponseSchema,
  ListCasesResponseSchema,
  ListMonitoringRulesResponseSchema,
  PreviewMonitoringRuleResponseSchema,
  SetMonitoringRuleResponseSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import {
  type Alert,
  type Case,
  CaseState,
  type MonitoringRule,
  MonitoringRuleSchema,
  type MonitoringRuleVersion,
} from '#gen/bank/audit/v1/monitoring_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Who reads, unless another is named; changes are compliance's alone. */
const READER = { otherwise: 'staff:auditor' };
const OFFICER = { otherwise: 'staff:compliance' };

/** Lists rules in force, or the versions of one. */
export async function listRules({ bank, out }: Session, { versions = '' }: { versions?: string }): Promise<void> {
  const answer = await bank(READER).client(AuditService).listMonitoringRules({ ruleId: versions });
  await out.message(ListMonitoringRulesResponseSchema, answer, () => rulesText(answer.rules));
}

function rulesText(rules: readonly MonitoringRuleVersion[]): Promise<string> {
  return table(
    ['rule', 'version', 'finds', 'is', 'set by', 'approved by'],
    rules.map(({ rule, version, authorId, approverId }) => [
      rule?.ruleId ?? '',
      String(version),
      rule?.displayName ?? '',
      rule?.enabled ? 'enabled' : 'disabled',
      authorId,
      approverId,
    ]),
    ['version'],
  );
}

/** Puts a version of a rule in force. */
export async function setRule(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, baseVersion }: WriteOptions & { readonly baseVersion: number },
  file = '',
): Promise<void> {
  const rule = await readRule(file);
  const answer = await bank(OFFICER)
    .client(AuditService)
    .setMonitoringRule({ requestId, validateOnly, baseVersion, rule });
  await out.message(SetMonitoringRuleResponseSchema, answer, () => rulesText(answer.rule ? [answer.rule] : []));
}

/** Says what a rule would have found. */
export async function previewRule(
  { bank, out }: Session,
  { from, to }: { readonly from: Date; readonly to: Date },
  file = '',
): Promise<void> {
  const span = { startTime: timestampFromDate(from), endTime: timestampFromDate(to) };
  const rule = await readRule(file);
  const answer = await bank(READER)
    .client(AuditService)
    .previewMonitoringRule({ rule, ...span });
  await out.message(
    PreviewMonitoringRuleResponseSchema,
    answer,
    async () =>
      `${await alertsText(answer.alerts)}\n\n${answer.alertCount} alerts from ${answer.activityCount} activities.`,
  );
}

async function readRule(file: string): Promise<MonitoringRule> {
  try {
    return fromJson(MonitoringRuleSchema, JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw usage(`${file} holds no rule in JSON.`, error instanceof Error ? [error.message] : []);
  }
}

interface AlertSearch extends ListOptions {
  readonly case?: string;
  readonly about?: string;
  readonly rule?: string;
}

/** Lists what monitoring has found. */
export async function listAlerts({ bank, out }: Session, { limit, ...search }: AlertSearch): Promise<void> {
  const service = bank(READER).client(AuditService);
  const filter = { caseId: search.case ?? '', subjectId: search.about ?? '', ruleId: search.rule ?? '' };
  const alerts: Alert[] = [];
  for await (const page of pagesOf((asked) => service.listAlerts({ ...asked, ...filter }), limit)) {
    alerts.push(...page.alerts);
  }
  await out.message(ListAlertsResponseSchema, create(ListAlertsResponseSchema, { alerts }), () => alertsText(alerts));
}

function alertsText(alerts: readonly Alert[]): Promise<string> {
  return table(
    ['from', 'to', 'rule', 'about', 'events', 'alert', 'case'],
    alerts.map((alert) => [
      time(alert.startTime),
      time(alert.endTime),
      alert.ruleId,
      alert.subjectId,
      String(alert.evidenceCount),
      alert.alertId,
      alert.caseId,
    ]),
    ['events'],
  );
}

interface CaseSearch extends ListOptions {
  readonly state?: string;
  readonly assignee?: string;
  readonly about?: string;
}

/** Lists cases. */
export async function listCases({ bank, out }: Session, { limit, ...search }: CaseSearch): Promise<void> {
  const { state = '', assignee = '', about = '' } = search;
  const states: Readonly<Record<string, CaseState>> = CaseState;
  const wanted = states[state.toUpperCase().replaceAll('-', '_')] ?? CaseState.UNSPECIFIED;
  const service = bank(READER).client(AuditService);
  const filter = { state: wanted, assigneeId: assignee, subjectId: about };
  const cases: Case[] = [];
  for await (const page of pagesOf((asked) => service.listCases({ ...asked, ...filter }), limit)) {
    cases.push(...page.cases);
  }
  await out.message(ListCasesResponseSchema, create(ListCasesResponseSchema, { cases }), () =>
    table(
      ['opened', 'changed', 'state', 'about', 'who looks into it', 'case'],
      cases.map((one) => [
        time(one.createTime),
        time(one.updateTime),
        word(CaseState, one.state),
        one.subjectId,
        one.assigneeId,
        one.caseId,
      ]),
    ),
  );
}

/** Shows a case, with its alerts and notes. */
export async function showCase({ bank, out }: Session, _: object, caseId = ''): Promise<void> {
  const answer = await bank(READER).client(AuditService).getCase({ caseId });
  await out.message(GetCaseResponseSchema, answer, async () => {
    const notes = answer.notes.map(({ createTime, authorId, text }) => `${time(createTime)}  ${authorId}  ${text}`);
    return [caseText(answer.case), await alertsText(answer.alerts), ...notes].join('\n\n');
  });
}

function caseText(shown: Case | undefined): string {
  return fields([
    ['case', shown?.caseId ?? ''],
    ['about', shown?.subjectId ?? ''],
    ['state', shown ? word(CaseState, shown.state) : ''],
    ['who looks into it', shown?.assigneeId ?? ''],
    ['opened', time(shown?.createTime)],
    ['changed', time(shown?.updateTime)],
  ]);
}

/** Gives a case to somebody to look into. */
export async function assignCase(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  caseId = '',
  assigneeId = '',
): Promise<void> {
  const answer = await bank(OFFICER).client(AuditService).assignCase({ requestId, validateOnly, caseId, assigneeId });
  await out.message(AssignCaseResponseSchema, answer, () => caseText(answer.case));
}

/** Writes down something about a case. */
export async function addNote(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  caseId = '',
  text = '',
): Promise<void> {
  const answer = await bank(OFFICER).client(AuditService).addCaseNote({ requestId, validateOnly, caseId, text });
  await out.message(AddCaseNoteResponseSchema, answer, () => `Note ${answer.note?.noteNumber} of ${caseId}.`);
}

/** Ends a case. */
export async function decideCase(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  caseId = '',
  decision = '',
  text = '',
): Promise<void> {
  const state = decision === 'reported' ? CaseState.REPORTED : CaseState.DISMISSED;
  const answer = await bank(OFFICER).client(AuditService).decideCase({ requestId, validateOnly, caseId, state, text });
  await out.message(DecideCaseResponseSchema, answer, () => caseText(answer.case));
}

/** Drafts the suspicious-activity report of a case. */
export async function draftReport({ bank, out }: Session, _: object, caseId = ''): Promise<void> {
  const answer = await bank(READER).client(AuditService).draftSuspiciousActivityReport({ caseId });
  await out.message(DraftSuspiciousActivityReportResponseSchema, answer, () => answer.draft?.narrative ?? '');
}
