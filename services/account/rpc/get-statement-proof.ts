import { deriveId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';

/** Proves a line of a statement. The ledger has the proof. */
export function getStatementProof({ database, ledger }: Context): Rpcs<typeof AccountService>['getStatementProof'] {
  return async ({ accountId, lineNumber: version }, call) => {
    await readRow(database, accountId);
    const { proof } = await ledger.getEntryProof({ ledgerAccountId: deriveId('lac', accountId), version }, call);
    return { proof };
  };
}
