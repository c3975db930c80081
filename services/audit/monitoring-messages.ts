// Between what monitoring knows as the contract has it, and as it is stored.
import { create, fromBinary, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import {
  type Activity,
  ActivityKind,
  ActivitySchema,
  type Alert,
  AlertSchema,
  type Case,
  type CaseNote,
  CaseNoteSchema,
  CaseSchema,
  CaseState,
  type MonitoringRule,
  MonitoringRuleSchema,
  type MonitoringRuleVersion,
  MonitoringRuleVersionSchema,
} from '#gen/bank/audit/v1/monitoring_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { AlertRow, CaseRow, NoteRow } from './case-tables.ts';
import type { Finding, Activity as Happened } from './domain/activity.ts';
import type { ActivityRow, RuleRow } from './monitoring-tables.ts';

/** What of an alert's evidence is shown with it. */
export const EVIDENCE_SHOWN = 100;
/** How notes are sealed. */
export const NOTE_CONTEXT = 'audit.case-note';

/** About how large an alert is in a message without its evidence, and a piece of that. */
const ALERT_BYTES = 400;
const EVIDENCE_BYTES = 300;

/** An activity as rules judge it. */
export function happened(row: ActivityRow): Happened {
  const { subjectId, kind, eventId, recordId, resourceIds, currency, minor, occurMs } = row;
  const timeMs = Number(occurMs);
  const amount = currency !== null && minor !== null ? { amount: { currency, minor: BigInt(minor) } } : {};
  return { subjectId, kind, eventId, recordId, resourceIds, timeMs, ...amount };
}

/** An activity as the contract has it. */
export function activityMessage({ timeMs, kind, amount, ...rest }: Happened): Activity {
  return create(ActivitySchema, {
    ...rest,
    resourceIds: [...rest.resourceIds],
    kind: ActivityKind[kind],
    occurTime: timestampFromMs(timeMs),
    ...(amount && { amount: toMoney(amount) }),
  });
}

/** An alert as the contract has it, with what it rests on. */
export function alertMessage(row: AlertRow, evidence: readonly Happened[]): Alert {
  const { startMs, endMs, createMs, ...rest } = row;
  return create(AlertSchema, {
    ...rest,
    startTime: timestampFromMs(Number(startMs)),
    endTime: timestampFromMs(Number(endMs)),
    createTime: timestampFromMs(Number(createMs)),
    evidence: evidence.map(activityMessage),
  });
}

/** About how large an alert is in a message. */
export function bytesOfAlert({ evidence }: Alert): number {
  const ids = evidence.reduce((sum, { resourceIds }) => sum + resourceIds.join('').length, 0);
  return ALERT_BYTES + ids + evidence.length * EVIDENCE_BYTES;
}

/** A case as the contract has it. */
export function caseMessage({ state, createMs, updateMs, ...rest }: CaseRow): Case {
  return create(CaseSchema, {
    ...rest,
    state: CaseState[state],
    createTime: timestampFromMs(Number(createMs)),
    updateTime: timestampFromMs(Number(updateMs)),
  });
}

/** A note as the contract has it. */
export async function noteMessage(vault: Vault, { sealed, createMs, ...rest }: NoteRow): Promise<CaseNote> {
  const text = await vault.open(fromBinary(SealedSchema, sealed), NOTE_CONTEXT);
  return create(CaseNoteSchema, {
    ...rest,
    text: text?.toString() ?? '',
    createTime: timestampFromMs(Number(createMs)),
  });
}

/** A version of a rule as the contract has it. */
export function ruleMessage({ rule, version, authorId, approverId, createMs }: RuleRow): MonitoringRuleVersion {
  return create(MonitoringRuleVersionSchema, {
    rule: fromJson(MonitoringRuleSchema, rule as JsonValue, { ignoreUnknownFields: true }),
    version,
    authorId,
    approverId,
    createTime: timestampFromMs(Number(createMs)),
  });
}

/** What a rule would make an alert of. */
export function previewMessage({ ruleId }: MonitoringRule, finding: Finding, shown: number): Alert {
  const { subjectId, startMs, endMs, evidence } = finding;
  return create(AlertSchema, {
    ruleId,
    subjectId,
    startTime: timestampFromMs(startMs),
    endTime: timestampFromMs(endMs),
    evidence: evidence.slice(0, shown).map(activityMessage),
    evidenceCount: evidence.length,
  });
}
