// Between a mandate's rows, its rules and the messages of the contract; and how a version of one is written.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { actorOf, type Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { readDate } from '#chassis/dates.ts';
import { refuseCall } from '#chassis/errors.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { SetMandateRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import { MandateSchema, type Mandate as Message } from '#gen/bank/account/v1/mandate_pb.ts';
import { CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { openDetails, readHolders, readRow } from './accounts.ts';
import { applyChange, lockFree } from './changes.ts';
import type { Context } from './context.ts';
import { checkMandate, invalidMandate, type Mandate, type MandateRule, type Signatory } from './domain/mandate.ts';
import { refuse, refuseTerm } from './domain/refusals.ts';
import { mandateActions, mandateStates, signatoryClasses, signatoryRoles } from './domain/words.ts';
import { publishMandateSet } from './events.ts';
import {
  MandateRow,
  peopleFrom,
  rulesFromJson,
  rulesToJson,
  SignatoryRow,
  selectNextVersion,
  selectPeople,
  signatoryRow,
} from './people-tables.ts';
import { judgeAllAnew } from './signatures.ts';
import type { AccountRow } from './tables.ts';

/** What a version of a mandate says. */
export type MandateTerms = Omit<Mandate, 'version'>;

/** Reads the day on which a mandate begins: today unless it says so. Refuses DATE_INVALID one that has passed. */
export function beginOf(validFrom: string, today: string): string {
  const from = readDate('valid_from', validFrom)?.toString() ?? today;
  if (from < today) throw refuse('DATE_INVALID', { field: 'valid_from' });
  return from;
}

/** Reads the mandate that is asked for. Refuses what makes no sense, and bands in another currency. */
export function termsOf(request: SetMandateRequest, { currency }: Pick<AccountRow, 'currency'>, today: string) {
  const validFrom = beginOf(request.validFrom, today);
  const validUntil = readDate('valid_until', request.validUntil)?.toString() ?? null;
  if (validUntil !== null && validUntil <= validFrom) throw refuse('DATE_INVALID', { field: 'valid_until' });
  const signatories = request.signatories.map(
    (one): Signatory => ({
      customerId: one.customerId,
      role: signatoryRoles.word(one.role),
      class: one.class ? signatoryClasses.word(one.class) : null,
      validFrom: readDate('signatories.valid_from', one.validFrom)?.toString() ?? null,
      validUntil: readDate('signatories.valid_until', one.validUntil)?.toString() ?? null,
    }),
  );
  const rules = request.rules.map(
    ({ action, amountOver, requirements }): MandateRule => ({
      action: mandateActions.word(action),
      over: amountOver ? minorIn(currency, fromMoney(amountOver)) : null,
      requirements: requirements.map(({ count, customerIds, class: its }) => ({
        count,
        customerIds,
        class: its ? signatoryClasses.word(its) : null,
      })),
    }),
  );
  const terms: MandateTerms = { state: 'given', signatories, rules, validFrom, validUntil };
  checkMandate(terms);
  return terms;
}

function minorIn(currency: string, amount: { readonly currency: string; readonly minor: bigint }): bigint {
  if (amount.currency !== currency) throw refuseTerm('CURRENCY_MISMATCH');
  return amount.minor;
}

/** Refuses signatories who are no customers, no longer, or no persons. */
export async function checkSignatories({ standings }: Context, request: SetMandateRequest, call: Call): Promise<void> {
  const ids = [...new Set(request.signatories.map(({ customerId }) => customerId))];
  const known = new Map((await standings(ids, call)).map((standing) => [standing.customerId, standing]));
  for (const customer_id of ids) {
    const standing = known.get(customer_id);
    if (!standing) throw refuse('CUSTOMER_NOT_FOUND', { customer_id });
    if (standing.state !== CustomerState.ACTIVE) throw refuse('CUSTOMER_DEACTIVATED', { customer_id });
    if (standing.organisation) throw invalidMandate('SIGNATORY_NO_PERSON');
  }
}

/**
 * Writes a version of an account's mandate. `decide` answers what it says, under the account's lock; `state` is of the version before,
 * null where there is none.
 */
export async function writeMandate(
  { vault }: Pick<Context, 'vault'>,
  tx: CommandTx,
  asked: { readonly accountId: string; readonly etag: string },
  call: Call,
  today: string,
  decide: (row: AccountRow, state: Mandate['state'] | null) => MandateTerms,
): Promise<Message> {
  const row = await lockFree(tx, asked.accountId);
  if (row.state === 'closed') throw refuse('ACCOUNT_CLOSED');
  if (row.state === 'escheated') throw refuse('ACCOUNT_ESCHEATED');
  if (asked.etag !== '' && asked.etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
  const [{ next: version, state } = { next: 1, state: null }] = await tx.query(selectNextVersion(row.id));
  const terms = decide(row, state);
  const { partyId: authorId, approverId } = actorOf(call);
  const { signatories, rules, ...times } = terms;
  const written = tx.em.create(MandateRow, {
    accountId: row.id,
    version,
    ...times,
    rules: rulesToJson(rules),
    authorId,
    approverId,
    createTime: new Date(),
  });
  // Written with this command, so that the next one of the batch counts it.
  tx.em.persist(written);
  signatories.forEach((one, position) => {
    tx.insert(SignatoryRow, signatoryRow(row.id, version, one, position));
  });
  const details = await openDetails(vault, row);
  applyChange(tx, row, {
    holders: await readHolders(tx.em, row.id),
    before: details,
    after: details,
    apply: () => publishMandateSet(version, terms),
  });
  // What waits for signatures is judged by it from now on; by one of later, when its day has come.
  if (terms.validFrom <= today) {
    const [raw] = await tx.query(selectPeople([row.id], today));
    const mandate = terms.state === 'given' ? { ...terms, version } : null;
    if (raw) await judgeAllAnew(tx, row, { ...peopleFrom(raw), mandate }, today);
  }
  return mandateMessage(written, signatories, row, call.principal);
}

/** Prepares the key that the answer is sealed with. Refuses ACCOUNT_NOT_FOUND. */
export async function warmKey({ database, vault }: Context, accountId: string): Promise<void> {
  await vault.ready((await readRow(database, accountId)).partyId);
}

/** The message of a version, as it is shown to a principal: to customers without the names of staff. */
export function mandateMessage(
  row: MandateRow,
  signatories: readonly Signatory[],
  { currency }: Pick<AccountRow, 'currency'>,
  principal: Actor | undefined,
): Message {
  const { authorId, approverId } = row;
  return create(MandateSchema, {
    accountId: row.accountId,
    version: row.version,
    state: mandateStates.value(row.state),
    signatories: signatories.map((one) => ({
      customerId: one.customerId,
      role: signatoryRoles.value(one.role),
      ...(one.class && { class: signatoryClasses.value(one.class) }),
      validFrom: one.validFrom ?? '',
      validUntil: one.validUntil ?? '',
    })),
    rules: rulesFromJson(row.rules).map(({ action, over, requirements }) => ({
      action: mandateActions.value(action),
      ...(over !== null && { amountOver: toMoney({ currency, minor: over }) }),
      requirements: requirements.map(({ count, customerIds, class: its }) => ({
        count,
        customerIds: [...customerIds],
        ...(its && { class: signatoryClasses.value(its) }),
      })),
    })),
    validFrom: row.validFrom,
    validUntil: row.validUntil ?? '',
    ...(principal?.audience === Audience.STAFF && { authorId, approverId }),
    createTime: timestampFromDate(row.createTime),
  });
}
