// Pots: the ledger accounts that they are, what of them is personal, and who may use them. Whatever becomes of a pot is a change of its account
// (changes.ts), one after the other, so that an account never ends while money is on its way into a pot of it.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { asBuffer } from '#chassis/encode.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type Pot, type PotBalance, PotBalanceSchema, PotSchema } from '#gen/bank/account/v1/pot_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { decimal } from '#rules/decimal.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { standingOf } from './domain/standing.ts';
import { potStates } from './domain/words.ts';
import { readPeople } from './people.ts';
import { type PotRow, selectOpenPotsOf, selectPot, selectPotNames } from './pot-tables.ts';

const CONTEXT = 'account.pot';

/** A pot in plain JSON, for an intent: its sealed name in base64. */
export type PotIntent = Omit<PotRow, 'name'> & { readonly name: string };

/** The ledger account of a pot. In the order of ids it comes right after its account's, before any other's. */
export function potLedgerAccount({ accountId, id }: Pick<PotRow, 'accountId' | 'id'>): string {
  return `${deriveId('lac', accountId)}_${tail(id)}`;
}

/** The account that a ledger account belongs to, and whether it is that of a pot. */
export function accountOfLedger(ledgerAccountId: string): { readonly accountId: string; readonly isPot: boolean } {
  const [, own = '', pot] = ledgerAccountId.split('_');
  return { accountId: `acc_${own}`, isPot: pot !== undefined };
}

const tail = (id: string) => id.slice(id.indexOf('_') + 1);

/** Seals what a pot is called, under the key of its account's first owner. */
export async function sealPotName(vault: Vault, partyId: string, name: string): Promise<Buffer> {
  return asBuffer(toBinary(SealedSchema, await vault.seal(partyId, CONTEXT, Buffer.from(name))));
}

/** What a pot is called; empty where the key is no more. */
export async function openPotName(vault: Vault, name: Uint8Array): Promise<string> {
  return (await vault.open(fromBinary(SealedSchema, name), CONTEXT))?.toString() ?? '';
}

/** The names of an account's pots, sealed for who owns it first from now on. Of those whose key is no more there is none. */
export async function resealPotNames(
  { database, vault }: Pick<Context, 'database' | 'vault'>,
  accountId: string,
  partyId: string,
): Promise<Pick<PotRow, 'id' | 'name'>[]> {
  const pots = await database.query(selectPotNames(accountId));
  const names = pots.map(async ({ id, name }) => ({
    id,
    name: await sealPotName(vault, partyId, await openPotName(vault, name)),
  }));
  return Promise.all(names);
}

/** A pot for an intent. */
export function potIntent(pot: PotRow): PotIntent {
  return { ...pot, name: pot.name.toString('base64') };
}

/** The pot of an intent. */
export function potFromIntent(pot: PotIntent): PotRow {
  return { ...pot, name: Buffer.from(pot.name, 'base64') };
}

/** Reads a pot. Refuses POT_NOT_FOUND. */
export async function readPot({ database }: Pick<Context, 'database'>, id: string): Promise<PotRow> {
  const [pot] = await database.query(selectPot(id));
  if (!pot) throw refuse('POT_NOT_FOUND');
  return pot;
}

/** The goal of a pot as it is kept: what is asked for has to be in its account's currency, and still to come. */
export function goalOf(
  { goalAmount, goalDate }: { readonly goalAmount?: Money | undefined; readonly goalDate: string },
  currency: string,
  today: string,
): Pick<PotRow, 'goalAmount' | 'goalDate'> {
  const amount = goalAmount && fromPositiveMoney(goalAmount);
  if (amount && amount.currency !== currency) throw refuse('CURRENCY_MISMATCH');
  return { goalAmount: amount ? String(amount.minor) : null, goalDate: goalDay(goalDate, today) };
}

function goalDay(text: string, today: string): string | null {
  const day = readDate('goal_date', text, refuse)?.toString() ?? null;
  if (day !== null && day < today) throw refuse('DATE_INVALID', { field: 'goal_date' });
  return day;
}

/** Refuses a customer who may not pay from an account. Whether others have to sign payments says nothing of pots: the money stays on the account. */
export async function checkMayPay(context: Context, accountId: string, minor: bigint, { principal }: Call) {
  if (principal?.audience !== Audience.CHANNEL) return;
  const { date, people } = await readPeople(context, [accountId]);
  const its = people.get(accountId);
  if (!its) throw refuse('ACCOUNT_NOT_FOUND');
  standingOf(its, principal.partyId, { action: 'pay', amount: minor, date });
}

/** The message of a pot. */
export async function potMessage(vault: Vault, pot: PotRow, currency: string): Promise<Pot> {
  return create(PotSchema, {
    potId: pot.id,
    accountId: pot.accountId,
    displayName: await openPotName(vault, pot.name),
    state: potStates.value(pot.state),
    ...(pot.goalAmount !== null && { goalAmount: toMoney({ currency, minor: BigInt(pot.goalAmount) }) }),
    goalDate: pot.goalDate ?? '',
    openDate: pot.openDate,
    closeDate: pot.closeDate ?? '',
    createTime: timestampFromMs(pot.createMs),
  });
}

/** What is in pots, in their order. */
export async function balancesOfPots(
  { ledger, vault }: Pick<Context, 'ledger' | 'vault'>,
  pots: readonly PotRow[],
  currency: string,
  call?: Call,
): Promise<PotBalance[]> {
  if (pots.length === 0) return [];
  const { balances } = await ledger.getBalances({ ledgerAccountIds: pots.map(potLedgerAccount) }, call);
  const booked = new Map(balances.map((one) => [one.ledgerAccountId, one.booked]));
  const nothing = toMoney({ currency, minor: 0n });
  return Promise.all(
    pots.map(async (pot) =>
      create(PotBalanceSchema, {
        pot: await potMessage(vault, pot, currency),
        booked: booked.get(potLedgerAccount(pot)) ?? nothing,
      }),
    ),
  );
}

/** What is in the open pots of an account together, in minor units. */
export async function totalOfPots(context: Pick<Context, 'database' | 'ledger'>, accountId: string): Promise<bigint> {
  return (await totalsOfPots(context, [accountId])).get(accountId) ?? 0n;
}

/** So many balances are asked for at once. */
const AT_ONCE = 1_000;

/** The same of many accounts; of those that have no pots there is nothing. */
export async function totalsOfPots(
  { database, ledger }: Pick<Context, 'database' | 'ledger'>,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const totals = new Map<string, bigint>();
  if (accountIds.length === 0) return totals;
  const ids = (await database.query(selectOpenPotsOf(accountIds))).map(potLedgerAccount);
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { balances } = await ledger.getBalances({ ledgerAccountIds: ids.slice(from, from + AT_ONCE) });
    for (const { ledgerAccountId, booked } of balances) {
      const { accountId } = accountOfLedger(ledgerAccountId);
      totals.set(accountId, (totals.get(accountId) ?? 0n) + (booked ? fromMoney(booked).minor : 0n));
    }
  }
  return totals;
}

/** A balance of a ledger account of a customer. */
interface LedgerDayBalance {
  readonly ledgerAccountId: string;
  readonly balance?: Money | undefined;
}

/** What counts on an account at the end of a day. */
interface AccountDayBalance {
  readonly accountId: string;
  readonly balance: string;
}

/**
 * What counts on accounts, with what is in their pots: a page of ledger accounts in the order of ids, after what the page before has left open.
 * Answers the accounts that are whole, and apart the last, of which more pots may come. Pots without their account are those of one that was done.
 */
export function joinPots(
  left: AccountDayBalance | undefined,
  page: readonly LedgerDayBalance[],
): { readonly whole: AccountDayBalance[]; readonly last: AccountDayBalance | undefined } {
  const whole: AccountDayBalance[] = [];
  let last = left;
  for (const { ledgerAccountId, balance } of page) {
    const { accountId, isPot } = accountOfLedger(ledgerAccountId);
    const amount = balance?.amount ?? '0';
    if (!isPot) {
      if (last) whole.push(last);
      last = { accountId, balance: amount };
    } else if (last?.accountId === accountId) {
      last = { accountId, balance: decimal(last.balance).plus(decimal(amount)).toFixed() };
    }
  }
  return { whole, last };
}
