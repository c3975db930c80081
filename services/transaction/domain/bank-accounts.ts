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

/** An account of the bank's own. */
export interface BankAccount {
  readonly ledgerAccountId: string;
  readonly currencyCode: string;
  readonly generalLedgerCode: string;
  readonly normalSide: Side;
}

const TERMS: Readonly<Record<BankRole, Pick<BankAccount, 'generalLedgerCode' | 'normalSide'>>> = {
  cash: { generalLedgerCode: '1010', normalSide: Side.DEBIT },
  cash_over_short: { generalLedgerCode: '5020', normalSide: Side.DEBIT },
  clearing: { generalLedgerCode: '1100', normalSide: Side.DEBIT },
  card_clearing: { generalLedgerCode: '1100', normalSide: Side.DEBIT },
  suspense: { generalLedgerCode: '2060', normalSide: Side.CREDIT },
  fee_income: { generalLedgerCode: '4010', normalSide: Side.CREDIT },
  interest_income: { generalLedgerCode: '4020', normalSide: Side.CREDIT },
  interest_expense: { generalLedgerCode: '5010', normalSide: Side.DEBIT },
};

/** The bank's own account of a role in a currency. */
export function bankAccount(role: BankRole, currencyCode: string): BankAccount {
  return { ledgerAccountId: `lac_${role}_${currencyCode.toLowerCase()}`, currencyCode, ...TERMS[role] };
}

/** An account of cash at a branch: nothing is taken out of it that is not in it. */
export interface CashAccount extends BankAccount {
  readonly floor: Money;
}

/** The vault of a branch in a currency. */
export function vaultAccount(branchId: string, currencyCode: string): CashAccount {
  return cashAccount(`vault_${placeOf(branchId)}`, currencyCode, '1011');
}

/** A drawer of a branch in a currency, whoever answers for it. */
export function drawerAccount(branchId: string, drawerNumber: number, currencyCode: string): CashAccount {
  return cashAccount(`till_${placeOf(branchId)}_${drawerNumber}`, currencyCode, '1012');
}

const placeOf = (branchId: string): string => branchId.replace(/^brn_/, '');

function cashAccount(name: string, currencyCode: string, generalLedgerCode: string): CashAccount {
  const floor = toMoney({ currency: currencyCode, minor: 0n });
  const ledgerAccountId = `lac_${name}_${currencyCode.toLowerCase()}`;
  return { ledgerAccountId, currencyCode, generalLedgerCode, normalSide: Side.DEBIT, floor };
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
