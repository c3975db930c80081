// The bank's own accounts in the ledger, against which customers' orders are booked: one of each role per currency.
import { toMoney } from '#chassis/money.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { Direction, MigrationCounterpart } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';

/** What an account of the bank's own is for. */
export type BankRole =
  | 'cash'
  | 'cash_over_short'
  | 'clearing'
  | 'card_clearing'
  | 'suspense'
  | 'fee_income'
  | 'interest_income'
  | 'interest_expense';

/** An account of the bank's own, as it is opened. */
export interface BankAccount {
  readonly ledgerAccountId: string;
  readonly currencyCode: string;
  readonly generalLedgerCode: string;
  readonly normalSide: Side;
  /** Cash at a branch: nothing is taken out of it that is not in it. */
  readonly floor?: Money;
}

type Terms = Pick<BankAccount, 'generalLedgerCode' | 'normalSide'>;

const TERMS: Readonly<Record<BankRole, Terms>> = {
  cash: { generalLedgerCode: '1010', normalSide: Side.DEBIT },
  cash_over_short: { generalLedgerCode: '5020', normalSide: Side.DEBIT },
  clearing: { generalLedgerCode: '1100', normalSide: Side.DEBIT },
  card_clearing: { generalLedgerCode: '1100', normalSide: Side.DEBIT },
  suspense: { generalLedgerCode: '2060', normalSide: Side.CREDIT },
  fee_income: { generalLedgerCode: '4010', normalSide: Side.CREDIT },
  interest_income: { generalLedgerCode: '4020', normalSide: Side.CREDIT },
  interest_expense: { generalLedgerCode: '5010', normalSide: Side.DEBIT },
};

const CASH_TERMS: Readonly<Record<'vault' | 'till', Terms>> = {
  vault: { generalLedgerCode: '1011', normalSide: Side.DEBIT },
  till: { generalLedgerCode: '1012', normalSide: Side.DEBIT },
};

/** The id of the bank's own account of a role in a currency. */
export function bankAccount(role: BankRole, currencyCode: string): string {
  return `lac_${role}_${currencyCode.toLowerCase()}`;
}

/** The id of the account of the vault of a branch in a currency. */
export function vaultAccount(branchId: string, currencyCode: string): string {
  return `lac_vault_${placeOf(branchId)}_${currencyCode.toLowerCase()}`;
}

/** The id of the account of a drawer of a branch in a currency, whoever answers for it. */
export function drawerAccount(branchId: string, drawerNumber: number, currencyCode: string): string {
  return `lac_till_${placeOf(branchId)}_${drawerNumber}_${currencyCode.toLowerCase()}`;
}

const placeOf = (branchId: string): string => branchId.replace(/^brn_/, '');

/** What an id of the bank's own accounts says of it, also in a process that has not made the id; undefined for those of customers. */
export function bankAccountNamed(ledgerAccountId: string): BankAccount | undefined {
  const [, name = '', currency = ''] = /^lac_(.+)_([a-z]{3})$/.exec(ledgerAccountId) ?? [];
  const currencyCode = currency.toUpperCase();
  const place = /^(vault|till)_/.exec(name)?.[1] as keyof typeof CASH_TERMS | undefined;
  if (place) {
    const floor = toMoney({ currency: currencyCode, minor: 0n });
    return { ledgerAccountId, currencyCode, ...CASH_TERMS[place], floor };
  }
  return Object.hasOwn(TERMS, name) ? { ledgerAccountId, currencyCode, ...TERMS[name as BankRole] } : undefined;
}

/** The role against which migrated history is booked. Interest is the bank's expense when paid, its income when charged. */
export function counterpartRole(counterpart: MigrationCounterpart, direction: Direction): BankRole {
  switch (counterpart) {
    case MigrationCounterpart.CASH:
      return 'cash';
    case MigrationCounterpart.CLEARING:
      return 'clearing';
    case MigrationCounterpart.FEES:
      return 'fee_income';
    case MigrationCounterpart.INTEREST:
      return direction === Direction.CREDIT ? 'interest_expense' : 'interest_income';
    default:
      throw new Error(`migration counterpart ${counterpart} is unknown`);
  }
}
