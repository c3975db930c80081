// The events that the account service publishes. It consumes none.
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import {
  AccountClosedSchema,
  AccountCutOverSchema,
  AccountFrozenSchema,
  AccountOpenedSchema,
  AccountUnfrozenSchema,
  AccountUpdatedSchema,
  OverdraftLimitSetSchema,
  ProductPublishedSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import type { Product } from '#gen/bank/account/v1/account_pb.ts';
import { type HolderOf, holdersMessage } from './accounts.ts';
import { accountStates, accountTypes, freezeReasons } from './domain/words.ts';
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

export const publishFrozen: Publish = (tx, row) => {
  const { freezeDebits: debits, freezeCredits: credits, freezeReason } = row;
  const reason = freezeReason ? freezeReasons.value(freezeReason) : 0;
  tx.publish(AccountFrozenSchema, { ...changed(row), freeze: { debits, credits, reason } }, aggregate(row));
};

export const publishUnfrozen: Publish = (tx, row) => tx.publish(AccountUnfrozenSchema, changed(row), aggregate(row));

export const publishClosed: Publish = (tx, row) => tx.publish(AccountClosedSchema, changed(row), aggregate(row));

export const publishCutOver: Publish = (tx, row) => tx.publish(AccountCutOverSchema, changed(row), aggregate(row));

export const publishOverdraftLimitSet: Publish = (tx, row) => {
  const overdraftLimit = toMoney({ currency: row.currency, minor: row.overdraftLimit });
  tx.publish(OverdraftLimitSetSchema, { ...changed(row), overdraftLimit }, aggregate(row));
};

/** Publishes a version of a product. */
export function publishProduct(tx: CommandTx, product: Product): void {
  tx.publish(ProductPublishedSchema, { product }, { id: product.productId, sequence: product.version });
}

function changed({ id, state, version }: AccountRow) {
  return { accountId: id, state: accountStates.value(state), version };
}

function aggregate({ id, version }: AccountRow) {
  return { id, sequence: version };
}
