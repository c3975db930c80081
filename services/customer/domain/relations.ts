// How customers may stand to each other, and from when until when.
import { invalid } from '#chassis/errors.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { refuse } from './refusals.ts';

/** A kind of relation, as it is stored. */
export type Kind = 'guardian' | 'power_of_attorney' | 'beneficial_owner' | 'employer';

/** Whether somebody is a person or an organisation. */
type PartyKind = 'person' | 'organisation';

interface KindRule {
  readonly message: RelationKind;
  /** What the customer must be, and the related one. Undefined: either. */
  readonly customer?: PartyKind;
  readonly related?: PartyKind;
}

const KINDS: Readonly<Record<Kind, KindRule>> = {
  guardian: { message: RelationKind.GUARDIAN, customer: 'person' },
  power_of_attorney: { message: RelationKind.POWER_OF_ATTORNEY },
  beneficial_owner: { message: RelationKind.BENEFICIAL_OWNER, customer: 'organisation', related: 'person' },
  employer: { message: RelationKind.EMPLOYER, customer: 'person' },
};

/** From a day to the day before another, YYYY-MM-DD; for ever where that is null. */
export interface Period {
  readonly from: string;
  readonly until: string | null;
}

/** A kind as it is stored. The contract lets no other through. */
export function kindWord(message: RelationKind): Kind {
  const word = (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind].message === message);
  if (!word) throw new Error(`no kind of relation is ${message}`);
  return word;
}

/** A kind as the contract writes it. */
export function kindMessage(kind: Kind): RelationKind {
  return KINDS[kind].message;
}

/** Refuses a relation between those who cannot stand to each other so. */
export function checkPossible(
  kind: Kind,
  customer: { readonly id: string; readonly kind: PartyKind },
  related: { readonly id: string; readonly kind: PartyKind },
): void {
  const rule = KINDS[kind];
  const isPossible =
    customer.id !== related.id &&
    (rule.customer === undefined || rule.customer === customer.kind) &&
    (rule.related === undefined || rule.related === related.kind);
  if (!isPossible) throw refuse('RELATION_NOT_POSSIBLE');
}

/** When a new relation is valid. */
export function periodOf(
  from: Temporal.PlainDate | undefined,
  until: Temporal.PlainDate | undefined,
  today: Temporal.PlainDate,
): Period {
  const begin = from ?? today;
  if (until && Temporal.PlainDate.compare(until, begin) <= 0) throw refuse('DATE_INVALID', { field: 'valid_until' });
  return { from: begin.toString(), until: until?.toString() ?? null };
}

/**
 * The day on which a relation ends that is ended: today or later, and earlier than it ends already; where that is before its
 * first day, the first day, so that it was never valid. Days of four-digit years are compared as they are written.
 */
export function endOf(now: Period, until: Temporal.PlainDate | undefined, today: Temporal.PlainDate): string {
  if (now.until !== null && (now.until <= today.toString() || now.until <= now.from)) throw refuse('RELATION_ENDED');
  const wanted = (until ?? today).toString();
  const isTooLate = now.until !== null && wanted >= now.until;
  if (wanted < today.toString() || isTooLate) throw refuse('DATE_INVALID', { field: 'valid_until' });
  return wanted < now.from ? now.from : wanted;
}

const WHOLE = 10_000n;

/** Reads the share of a beneficial owner, which others have not: in hundredths of a percent. */
export function readShare(kind: Kind, share: string): bigint {
  if (kind !== 'beneficial_owner' && share !== '') {
    throw invalid([{ field: 'share', description: 'Only a beneficial owner has a share.' }]);
  }
  if (share === '') {
    if (kind !== 'beneficial_owner') return 0n;
    throw invalid([{ field: 'share', description: 'A beneficial owner has a share.' }]);
  }
  const parts = hundredths(share);
  if (parts === 0n) throw invalid([{ field: 'share', description: 'A share is more than nothing.' }]);
  return parts;
}

/** A share in percent, with two decimals. */
export function shareText(parts: bigint): string {
  return `${parts / 100n}.${String(parts % 100n).padStart(2, '0')}`;
}

/** Refuses a share with which, on some day, more than all would be owned. */
export function checkShares(
  parts: bigint,
  period: Period,
  others: readonly (Period & { readonly share: string })[],
): void {
  // What is owned grows only on the days on which something begins.
  const days = [period.from, ...others.map(({ from }) => from).filter((day) => day > period.from)];
  const most = days.map((day) =>
    others
      .filter(({ from, until }) => from <= day && (until === null || until > day))
      .reduce((sum, { share }) => sum + hundredths(share), parts),
  );
  if (most.some((sum) => sum > WHOLE)) throw refuse('SHARE_EXCEEDED');
}

function hundredths(share: string): bigint {
  const [percent = '', decimals = ''] = share.split('.');
  return BigInt(`${percent}${decimals.padEnd(2, '0')}`);
}
