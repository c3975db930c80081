// The events that the account service publishes, and what it does about those of others.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import {
  AccountClosedSchema,
  AccountCutOverSchema,
  AccountDormantSchema,
  AccountEscheatedSchema,
  AccountFrozenSchema,
  AccountHoldersChangedSchema,
  AccountInactiveSchema,
  AccountOpenedSchema,
  AccountPotChangedSchema,
  AccountUnfrozenSchema,
  AccountUpdatedSchema,
  AccountWokenSchema,
  ChequeBookIssuedSchema,
  ChequeExceptionChangedSchema,
  ChequeStopChangedSchema,
  MandateSetSchema,
  OverdraftLimitSetSchema,
  ProductPublishedSchema,
  StatementMadeSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import type { FinalPayoutSchema, Product } from '#gen/bank/account/v1/account_pb.ts';
import {
  type CustomerStandingChanged,
  CustomerStandingChangedSchema,
  KycTierSetPublishedSchema,
  type RelationCreated,
  RelationCreatedSchema,
  type RelationEnded,
  RelationEndedSchema,
} from '#gen/bank/customer/v1/customer_events_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { type HolderOf, holdersMessage } from './accounts.ts';
import type { Context } from './context.ts';
import { saveStanding, saveTiers } from './customer-standings.ts';
import type { Mandate } from './domain/mandate.ts';
import type { Representation } from './domain/standing.ts';
import {
  type AccountState,
  accountStates,
  accountTypes,
  freezeReasons,
  mandateStates,
  type PotState,
  potStates,
} from './domain/words.ts';
import { deaths } from './estates.ts';
import { type Day, dayOfMerge, merges } from './merged-customers.ts';
import { saveRepresentation } from './people-tables.ts';
import { requestedProducts } from './request-events.ts';
import type { StatementRow } from './statement-tables.ts';
import type { AccountRow } from './tables.ts';

/** Publishes what became of an account, whose row has the version that the event made. */
export type Publish = (tx: CommandTx, row: AccountRow, holders: readonly HolderOf[]) => void;

export const publishOpened: Publish = (tx, row, holders) => {
  const opened = {
    ...changed(row),
    type: accountTypes.value(row.type),
    productId: row.productId,
    productVersion: row.productVersion,
    currencyCode: row.currency,
    holders: holdersMessage(holders),
    branchId: row.branchId,
  };
  tx.publish(AccountOpenedSchema, opened, aggregate(row));
};

export const publishUpdated: Publish = (tx, row) => tx.publish(AccountUpdatedSchema, changed(row), aggregate(row));

/** Publishes where a pot of an account is. */
export function publishPotChanged(potId: string, state: PotState): Publish {
  return (tx, row) => {
    const pot = { potId, potState: potStates.value(state) };
    tx.publish(AccountPotChangedSchema, { ...changed(row), ...pot }, aggregate(row));
  };
}

export const publishFrozen: Publish = (tx, row) => {
  const { freezeDebits: debits, freezeCredits: credits, freezeReason, freezeReference: reference } = row;
  const reason = freezeReason ? freezeReasons.value(freezeReason) : 0;
  tx.publish(AccountFrozenSchema, { ...changed(row), freeze: { debits, credits, reason, reference } }, aggregate(row));
};

export const publishUnfrozen: Publish = (tx, row) => tx.publish(AccountUnfrozenSchema, changed(row), aggregate(row));

type Payout = MessageInitShape<typeof FinalPayoutSchema> | undefined;

/** Publishes the end of an account, with what it paid out. */
export function publishClosed(payout: Payout): Publish {
  return (tx, row) => tx.publish(AccountClosedSchema, { ...changed(row), ...(payout && { payout }) }, aggregate(row));
}

/** Publishes that nobody claimed an account. */
export function publishEscheated(payout: Payout): Publish {
  return (tx, row) =>
    tx.publish(AccountEscheatedSchema, { ...changed(row), ...(payout && { payout }) }, aggregate(row));
}

/** Publishes that an account is inactive, and when it is dormant; empty where nobody knows. */
export function publishInactive(dormantDate: string): Publish {
  return (tx, row) => tx.publish(AccountInactiveSchema, { ...changed(row), dormantDate }, aggregate(row));
}

export const publishDormant: Publish = (tx, row) => tx.publish(AccountDormantSchema, changed(row), aggregate(row));

/** Publishes that an account is awake. */
export function publishWoken(from: AccountState): Publish {
  const fromState = accountStates.value(from);
  return (tx, row) => tx.publish(AccountWokenSchema, { ...changed(row), fromState }, aggregate(row));
}

export const publishCutOver: Publish = (tx, row) => tx.publish(AccountCutOverSchema, changed(row), aggregate(row));

export const publishOverdraftLimitSet: Publish = (tx, row) => {
  const overdraftLimit = toMoney({ currency: row.currency, minor: row.overdraftLimit });
  tx.publish(OverdraftLimitSetSchema, { ...changed(row), overdraftLimit }, aggregate(row));
};

export const publishHoldersChanged: Publish = (tx, row, holders) => {
  tx.publish(AccountHoldersChangedSchema, { ...changed(row), holders: holdersMessage(holders) }, aggregate(row));
};

/** Publishes a version of the account's mandate. */
export function publishMandateSet(
  mandateVersion: number,
  { state, validFrom }: Pick<Mandate, 'state' | 'validFrom'>,
): Publish {
  return (tx, row) => {
    const mandate = { mandateVersion, mandateState: mandateStates.value(state), validFrom };
    tx.publish(MandateSetSchema, { ...changed(row), ...mandate }, aggregate(row));
  };
}

/** Says that a cheque book was issued. */
export function publishBookIssued(tx: CommandTx, book: MessageInitShape<typeof ChequeBookIssuedSchema>): void {
  tx.publish(ChequeBookIssuedSchema, book, { id: book.chequeBookId ?? '', sequence: 1 });
}

/** Says that a cheque waits for what its issuer says of it, or that they have said it: each once. */
export function publishExceptionChanged(
  tx: CommandTx,
  event: MessageInitShape<typeof ChequeExceptionChangedSchema>,
  sequence: 1 | 2,
): void {
  tx.publish(ChequeExceptionChangedSchema, event, { id: event.chequeExceptionId ?? '', sequence });
}

/** Says that cheques are stopped, or that the stop is lifted; which it is once. */
export function publishStopChanged(tx: CommandTx, chequeStopId: string, accountId: string, lifted: boolean): void {
  const event = { chequeStopId, accountId, lifted };
  tx.publish(ChequeStopChangedSchema, event, { id: chequeStopId, sequence: lifted ? 2 : 1 });
}

/** Publishes a version of a product. */
export function publishProduct(tx: CommandTx, product: Product): void {
  tx.publish(ProductPublishedSchema, { product }, { id: product.productId, sequence: product.version });
}

/** Tells that a statement was made. The statements of an account are numbered as one thing of their own. */
export function statementMade(row: StatementRow, call: Call): OutboxEvent {
  const { accountId, number: statementNumber, fromDate, toDate } = row;
  const aggregate = { id: deriveId('stm', accountId), sequence: statementNumber };
  return outboxEvent(StatementMadeSchema, { accountId, statementNumber, fromDate, toDate }, aggregate, call);
}

function changed({ id, state, version }: AccountRow) {
  return { accountId: id, state: accountStates.value(state), version };
}

function aggregate({ id, version }: AccountRow) {
  return { id, sequence: version };
}

const REPRESENTING: Partial<Record<RelationKind, Representation['kind']>> = {
  [RelationKind.GUARDIAN]: 'guardian',
  [RelationKind.POWER_OF_ATTORNEY]: 'power_of_attorney',
};

/**
 * Guardians and attorneys act on the accounts of those whom they represent: for as long as the customer service says. What it says of what
 * customers may do is kept, to be gone by; and what those leave who have died is looked for.
 */
export function ofCustomers(context: Pick<Context, 'clock'>): Subscription<Day> {
  const save = async (tx: CommandTx, { relationId, customerId, ...event }: RelationCreated | RelationEnded) => {
    const kind = REPRESENTING[event.kind];
    if (kind === undefined) return;
    const { relatedCustomerId: representativeId, validFrom, validUntil, version } = event;
    const days = { validFrom, validUntil: validUntil || null };
    await tx.execute(saveRepresentation({ relationId, kind, customerId, representativeId, ...days, version }));
  };
  const keep = async (tx: CommandTx, standing: CustomerStandingChanged) => tx.execute(saveStanding(standing));
  return {
    producer: 'customer',
    prepare: dayOfMerge(context),
    handlers: [
      on(RelationCreatedSchema, save),
      on(RelationEndedSchema, save),
      on(CustomerStandingChangedSchema, keep),
      on(KycTierSetPublishedSchema, async (tx, { tierSet }) => {
        if (tierSet) await tx.execute(saveTiers(tierSet));
      }),
      deaths(),
      merges(publishHoldersChanged),
      requestedProducts(),
    ],
  };
}
