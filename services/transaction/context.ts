// What a handler of the transaction service may touch.
import type { House } from '#chassis/boot.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type Accounts, accountsOf } from './accounts.ts';
import { type Ledger, ledgerOf } from './ledger.ts';

export interface Context extends House {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
}

/** Makes the context of one transaction process. */
export function makeContext(house: House): Context {
  const { config } = house;
  return {
    ...house,
    accounts: accountsOf(house.client(AccountService, 'account', config.ACCOUNT_ADDRESS)),
    ledger: ledgerOf(house.client(LedgerService, 'ledger', config.LEDGER_ADDRESS)),
  };
}
