// Between an account's rows and the messages of the contract. What is personal stands in the row only as one sealed
// message, under the key of the first owner.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#chassis/database.ts';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type Account, AccountSchema } from '#gen/bank/account/v1/account_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { normalise } from '#rules/iban.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import {
  accountStates,
  accountTypes,
  freezeReasons,
  holderRoles,
  maturityInstructions,
  statementFrequencies,
} from './domain/words.ts';
import { AccountRow, HolderRow, selectHolders } from './tables.ts';

const DETAILS_CONTEXT = 'account.details';

/** What is personal about an account. */
export interface Details {
  readonly iban: string;
  readonly displayName: string;
}

/** A holder as the rows and the rules know them. */
export type HolderOf = Pick<HolderRow, 'customerId' | 'role'>;

/** Seals details under the first owner's key. */
export function sealDetails(vault: Vault, partyId: string, { iban, displayName }: Details): Promise<Sealed> {
  const message = create(AccountSchema, { iban, displayName });
  return vault.seal(partyId, DETAILS_CONTEXT, toBinary(AccountSchema, message));
}

/** Opens the details in a row. Of somebody who was erased they are empty. */
export async function openDetails(vault: Vault, { details }: Pick<AccountRow, 'details'>): Promise<Details> {
  const bytes = await vault.open(details, DETAILS_CONTEXT);
  return bytes ? fromBinary(AccountSchema, bytes) : { iban: '', displayName: '' };
}

/** The keyed hash that an account is found by its number with. */
export function hashIban(vault: Vault, iban: string): Buffer {
  return vault.hash('account.iban', normalise(iban));
}

/** Who holds an account, in their order. */
export async function readHolders(em: SqlEntityManager, accountId: string): Promise<HolderOf[]> {
  return em.find(HolderRow, { accountId }, { orderBy: { position: 'asc' } });
}

/** Reads an account without its holders. Refuses ACCOUNT_NOT_FOUND. */
export async function readRow({ orm }: Database, id: string): Promise<AccountRow> {
  const row = await orm.em.fork().findOne(AccountRow, { id });
  if (!row) throw refuse('ACCOUNT_NOT_FOUND');
  return row;
}

/** Reads accounts without their holders, by their ids; ids that do not exist are left out. */
export async function readRows({ orm }: Database, ids: readonly string[]): Promise<Map<string, AccountRow>> {
  const rows = await orm.em.fork().find(AccountRow, { id: { $in: [...ids] } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Reads an account with its holders and what is personal about it. Refuses ACCOUNT_NOT_FOUND. */
export async function readAccount(
  { database, vault }: Pick<Context, 'database' | 'vault'>,
  id: string,
): Promise<{ row: AccountRow; holders: HolderOf[]; details: Details }> {
  const row = await readRow(database, id);
  const [holders, details] = await Promise.all([readHolders(database.orm.em.fork(), id), openDetails(vault, row)]);
  return { row, holders, details };
}

/** Reads accounts in the order of their ids as given; ids that do not exist are left out. */
export async function readAccounts(
  { database, vault }: Pick<Context, 'database' | 'vault'>,
  ids: readonly string[],
): Promise<Account[]> {
  const byId = await readRows(database, ids);
  const holders = Map.groupBy(await database.query(selectHolders(ids)), ({ accountId }) => accountId);
  const found = ids.flatMap((id) => byId.get(id) ?? []);
  return Promise.all(
    found.map(async (row) => accountMessage(row, holders.get(row.id) ?? [], await openDetails(vault, row))),
  );
}

/** The message of an account. */
export function accountMessage(row: AccountRow, holders: readonly HolderOf[], details: Details): Account {
  const { freezeDebits, freezeCredits, freezeReason, freezeReference, currency } = row;
  return create(AccountSchema, {
    accountId: row.id,
    type: accountTypes.value(row.type),
    state: accountStates.value(row.state),
    iban: details.iban,
    displayName: details.displayName,
    productId: row.productId,
    productVersion: row.productVersion,
    currencyCode: currency,
    holders: holdersMessage(holders),
    ...(freezeReason && {
      freeze: {
        debits: freezeDebits,
        credits: freezeCredits,
        reason: freezeReasons.value(freezeReason),
        reference: freezeReference,
      },
    }),
    overdraftLimit: toMoney({ currency, minor: row.overdraftLimit }),
    branchId: row.branchId,
    statementFrequency: statementFrequencies.value(row.statementFrequency),
    openDate: row.openDate,
    closeDate: row.closeDate ?? '',
    etag: String(row.version),
    createTime: timestampFromDate(row.createTime),
    updateTime: timestampFromDate(row.updateTime),
    ...(row.maturityDate && {
      termDeposit: {
        maturityDate: row.maturityDate,
        instruction: maturityInstructions.value(row.maturityInstruction ?? 'pay_out'),
        payoutAccountId: row.payoutAccountId ?? '',
      },
    }),
  });
}

/** Holders as the contract writes them. */
export function holdersMessage(holders: readonly HolderOf[]) {
  return holders.map(({ customerId, role }) => ({ customerId, role: holderRoles.value(role) }));
}
