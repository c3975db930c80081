// The customers and accounts of the bank that is measured, and their money.

import { deriveId, newId } from '#chassis/id.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { counter, owner } from '../../services/_testbed/journeys/counter.ts';
import { openDoor, tokens } from '../../services/_testbed/journeys/doors.ts';
import type { BenchBank } from './bank.ts';
import { openLedger } from './ledger.ts';
import { addAccounts } from './many-accounts.ts';

/** Who banks here. */
export interface Population {
  /** Each is held by the `index % tokens.length`th customer, alone. */
  readonly accountIds: readonly string[];
  /** What the customers show to the edge, for eight hours. */
  readonly tokens: readonly string[];
}

const CUSTOMERS = 1_000;
/** As many accounts are opened as people open them; those of a larger bank are added to its tables. */
const OPENED = 10_000;
const FUNDS = '1000000.00';
const AT_ONCE = 64;
const BATCH = 1_000;

/** Registers customers and opens so many accounts, each with money on it. */
export async function populate(bank: BenchBank, accounts: number): Promise<Population> {
  const door = openDoor(bank.edge, 'gRPC');
  try {
    const at = counter(door);
    const customerIds = await many(CUSTOMERS, (index) => at.person('Jana', `Novotna ${index}`));
    const holderOf = (index: number) => customerIds[index % CUSTOMERS] ?? '';
    const opened = await many(Math.min(accounts, OPENED), async (index) => {
      const { accountId } = await at.open('INDIVIDUAL', 'prd_current_czk', [owner(holderOf(index))]);
      return accountId;
    });
    const added = await addAccounts(bank, opened.length, accounts, holderOf);
    const accountIds = [...opened, ...added];
    await payIn(bank, accountIds);
    const tokenOf = tokens(bank.edge);
    return { accountIds, tokens: await many(CUSTOMERS, (index) => tokenOf(`customer:${customerIds[index]}`)) };
  } finally {
    door.close();
  }
}

/** Cash to every account, in bulk and straight through the ledger. */
export async function payIn(bank: BenchBank, accountIds: readonly string[]): Promise<void> {
  const ledger = openLedger(bank);
  try {
    const cash = 'lac_cash_czk';
    const terms = { currencyCode: 'CZK', normalSide: Side.DEBIT, generalLedgerCode: '1010' };
    await ledger.openLedgerAccount({ requestId: cash, ledgerAccountId: cash, ...terms });
    const amount = { currencyCode: 'CZK', amount: FUNDS };
    for (let from = 0; from < accountIds.length; from += BATCH) {
      const journals = accountIds.slice(from, from + BATCH).map((id) => ({
        journalId: newId('jnl'),
        kind: JournalKind.DEPOSIT,
        legs: [
          { ledgerAccountId: cash, side: Side.DEBIT, amount },
          { ledgerAccountId: deriveId('lac', id), side: Side.CREDIT, amount },
        ],
      }));
      const { outcomes } = await ledger.postJournals({ journals });
      const refused = outcomes.find(({ result }) => result.case !== 'posted');
      if (refused) throw new Error(`not paid in: ${JSON.stringify(refused.result.value)}`);
    }
  } finally {
    ledger.close();
  }
}

/** Does something for each number below `count`, several at once, and answers the results in their order. */
async function many<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
