import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { insertMatch, lockEntries } from '../reconciliation-tables.ts';

/** Says that exceptions belong together. */
export function resolveReconciliationExceptions({
  commands,
}: Context): Rpcs<typeof IntegrationService>['resolveReconciliationExceptions'] {
  return (request, call) =>
    commands.run(IntegrationService.method.resolveReconciliationExceptions, request, call, {
      decide: async (tx) => {
        const { exceptionNumbers, reason } = request;
        const rows = await tx.query(lockEntries(exceptionNumbers));
        if (rows.length < exceptionNumbers.length) throw refuse('RECONCILIATION_EXCEPTION_NOT_FOUND');
        if (rows.some(({ matchNumber }) => matchNumber !== null)) throw refuse('RECONCILIATION_EXCEPTION_RESOLVED');
        const currency = rows[0]?.currency ?? '';
        if (rows.some((row) => row.currency !== currency)) throw refuse('CURRENCY_MISMATCH');
        const difference = rows.reduce(
          (total, { side, amount }) => (side === 'theirs' ? total + BigInt(amount) : total - BigInt(amount)),
          0n,
        );
        if (difference !== 0n && reason.trim() === '') throw refuse('RECONCILIATION_SUMS_DIFFER');
        await tx.execute(insertMatch(currency, 'staff', exceptionNumbers, { difference, reason: reason.trim() }));
        tx.record({ resourceIds: ['reconciliation'], partyId: call.principal?.partyId ?? '' });
        return { difference: toMoney({ currency, minor: difference }) };
      },
    });
}
