// For how long records are kept: the policy that the bank begins with, what every policy must be, and what a record falls under.
import { create } from '@bufbuild/protobuf';
import { fromPositiveMoney } from '#chassis/money.ts';
import { type AuditRecord, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { type RetentionPolicy, RetentionPolicySchema } from '#gen/bank/audit/v1/keeping_pb.ts';
import { refuse } from './refusals.ts';

/** Two years at hand; commands as long as books of account, refusals as long as what is known of a customer, reads three years. */
export const FIRST_RETENTION: RetentionPolicy = create(RetentionPolicySchema, {
  archiveMonths: 24,
  classes: [
    { className: 'reads', kinds: [RecordKind.PERSONAL_DATA_READ], keepMonths: 36 },
    { className: 'refusals', kinds: [RecordKind.REFUSED_ACCESS, RecordKind.REFUSED_LOGIN], keepMonths: 60 },
    { className: 'commands', keepMonths: 132 },
  ],
  largeAmounts: [
    { currencyCode: 'CZK', amount: '250000' },
    { currencyCode: 'EUR', amount: '10000' },
    { currencyCode: 'GBP', amount: '10000' },
    { currencyCode: 'USD', amount: '10000' },
  ],
});

/** Refuses a policy that contradicts itself. */
export function checkRetention({ archiveMonths, classes, largeAmounts }: RetentionPolicy): void {
  const names = classes.map(({ className }) => className);
  for (const [index, { className, kinds, rpcPrefixes, keepMonths }] of classes.entries()) {
    const fitsAll = kinds.length === 0 && rpcPrefixes.length === 0;
    const isLast = index === classes.length - 1;
    if (names.indexOf(className) < index || fitsAll !== isLast || keepMonths < archiveMonths)
      throw invalid(`classes[${index}]`);
  }
  largeMinors({ largeAmounts });
}

/** From which amounts on transactions are large, by currency, in minor units. */
export function largeMinors({ largeAmounts }: Pick<RetentionPolicy, 'largeAmounts'>): ReadonlyMap<string, bigint> {
  const minors = new Map(largeAmounts.map((money) => [money.currencyCode, fromPositiveMoney(money).minor]));
  if (minors.size < largeAmounts.length) throw invalid('large_amounts');
  return minors;
}

/** The class of a record. */
export function classOf({ classes }: RetentionPolicy, { kind, rpc }: Pick<AuditRecord, 'kind' | 'rpc'>): string {
  const found = classes.find(
    ({ kinds, rpcPrefixes }) =>
      (kinds.length === 0 || kinds.includes(kind)) &&
      (rpcPrefixes.length === 0 || rpcPrefixes.some((prefix) => rpc.startsWith(prefix))),
  );
  if (!found) throw new Error('the last class of a policy fits all');
  return found.className;
}

/** How long a class is kept; one that there is no more, as long as any. */
export function keepMonths({ classes }: RetentionPolicy, className: string): number {
  const own = classes.find((one) => one.className === className);
  return own?.keepMonths ?? Math.max(...classes.map((one) => one.keepMonths));
}

/** What of a record a hold asks about. */
export interface Concern {
  readonly occurMs: number;
  /** Parties: actor, approver, and whose data changed. */
  readonly partyIds: readonly string[];
  readonly resourceIds: readonly string[];
}

/** A hold, as far as it says what it covers. */
export interface Covering {
  readonly partyId: string;
  readonly resourceId: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
}

/** Whether a hold covers a record. */
export function covers({ partyId, resourceId, startMs, endMs }: Covering, record: Concern): boolean {
  const { occurMs, partyIds, resourceIds } = record;
  return (
    (startMs === undefined || occurMs >= startMs) &&
    (endMs === undefined || occurMs < endMs) &&
    (resourceId === '' || resourceIds.includes(resourceId)) &&
    (partyId === '' || partyIds.includes(partyId) || resourceIds.includes(partyId))
  );
}

function invalid(field: string) {
  return refuse('RETENTION_POLICY_INVALID', { field });
}
