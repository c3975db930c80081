import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { type BooksRow, selectBooks } from '../reconciliation-tables.ts';

/** Says whether our books and the scheme's agree, or where not. */
export function getReconciliation({ database }: Context): Rpcs<typeof IntegrationService>['getReconciliation'] {
  return async () => ({ reconciliations: (await database.query(selectBooks())).map(messageOf) });
}

function messageOf(row: BooksRow) {
  const { currency, identification, toDate, theirCount, ourCount } = row;
  const [theirs, ours, theirOpen, ourOpen, accepted] = [
    BigInt(row.closing),
    BigInt(row.ourBalance),
    BigInt(row.theirOpen),
    BigInt(row.ourOpen),
    BigInt(row.accepted),
  ];
  const unexplained = theirs - ours - theirOpen + ourOpen - accepted;
  const money = (minor: bigint) => toMoney({ currency, minor });
  return {
    currencyCode: currency,
    statementIdentification: identification,
    statementDate: toDate,
    agrees: theirCount === 0 && ourCount === 0 && theirs === ours,
    theirBalance: money(theirs),
    ourBalance: money(ours),
    theirOpenAmount: money(theirOpen),
    theirOpenCount: theirCount,
    ourOpenAmount: money(ourOpen),
    ourOpenCount: ourCount,
    acceptedDifference: money(accepted),
    unexplainedDifference: money(unexplained),
  };
}
