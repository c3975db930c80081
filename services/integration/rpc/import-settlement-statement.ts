import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { settlementStatements } from '../domain/settlement-statement.ts';
import { keepStatement } from '../reconciling.ts';
import { readChecked } from '../schemas.ts';

/** Brings in a statement of the bank's account with the scheme. */
export function importSettlementStatement(
  context: Context,
): Rpcs<typeof IntegrationService>['importSettlementStatement'] {
  return (request, call) =>
    context.commands.run(IntegrationService.method.importSettlementStatement, request, call, {
      prepare: async () => statementsIn(context, request.content),
      decide: async (tx, statements) => {
        for (const statement of statements) await keepStatement(tx, statement);
        tx.record({ resourceIds: ['reconciliation'], partyId: call.principal?.partyId ?? '' });
        return { statementIdentification: statements[0]?.identification ?? '' };
      },
    });
}

async function statementsIn({ schemas }: Context, content: Uint8Array) {
  try {
    const message = readChecked(content, await schemas);
    if (message.name !== 'camt.053.001.08') throw new IsoRefusal('MESSAGE_UNKNOWN', '/Document', 'camt.053.001.08');
    return settlementStatements(message.content);
  } catch (error) {
    if (!(error instanceof IsoRefusal)) throw error;
    throw refuse('STATEMENT_UNREADABLE', { reason: error.reason, path: error.path });
  }
}
