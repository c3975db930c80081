// What a newcomer finds in the bank: the sample data, imported through the edge when the bank starts for the first time.
import path from 'node:path';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { openBank } from '../../tools/bankctl/bank.ts';
import { importDirectory } from '../../tools/bankctl/import/import-directory.ts';
import { checkoutRoot } from '../../tools/platform/paths.ts';

/** The first client of the sample, as the import writes it. */
const FIRST_CLIENT = 'berka-900001';

/**
 * Imports the sample data into a bank that has none. Answers what it imported in one line, or undefined when there is
 * nothing to import. It is called again at every start until it has answered a line once.
 */
export async function importSample(edgeUrl: string): Promise<string | undefined> {
  if (!(await isWanted(edgeUrl))) return undefined;
  const { accounts, transactions, differences } = await importDirectory({
    edge: edgeUrl,
    directory: path.join(checkoutRoot(), 'sample'),
  });
  if (differences.length > 0)
    throw new Error(`${differences.length} balances of the sample data differ from its files.`);
  return `${accounts} accounts with ${transactions} transactions (npm run -s bankctl -- account list)`;
}

/** A bank with accounts is somebody's, unless they are the first ones of a sample that was cut off. */
async function isWanted(edge: string): Promise<boolean> {
  const bank = openBank({ edge });
  try {
    const [{ accounts }, { customers }] = await Promise.all([
      bank.client(AccountService).listAccounts({ pageSize: 1 }),
      bank.client(CustomerService).listCustomers({ identifier: FIRST_CLIENT }),
      bank.client(TransactionService).listTransactions({ pageSize: 1 }),
    ]);
    return accounts.length === 0 || customers.length > 0;
  } catch {
    // Only some of the services run.
    return false;
  } finally {
    bank.close();
  }
}
