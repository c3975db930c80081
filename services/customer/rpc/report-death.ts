import { readDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { changed, loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { insertDeath } from '../deaths.ts';
import { refuse } from '../domain/refusals.ts';
import { publishDeceased, publishRelation } from '../events.ts';
import { warmKey } from '../profile.ts';
import { lockRepresentations } from '../relation-tables.ts';
import { holdIdentifiers } from '../tables.ts';

/** Reports that somebody has died: they are no longer a customer, and nobody acts for them, or they for anybody, any more. */
export function reportDeath(context: Context): Rpcs<typeof CustomerService>['reportDeath'] {
  const { commands, vault, today } = context;
  return (request, call) =>
    commands.run(Contract.method.reportDeath, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { customerId, evidenceReference } = request;
        const deathDate = readDate('death_date', request.deathDate)?.toString() ?? '';
        const date = today().toString();
        if (deathDate > date) throw refuse('DATE_INVALID', { field: 'death_date' });
        const loaded = await loadActive(tx, vault, customerId);
        if (loaded.row.kind !== 'person') throw refuse('PERSON_REQUIRED');
        const relations = await lockRepresentations(tx, customerId, date);
        loaded.row.state = 'deactivated';
        for (const relation of relations) {
          relation.validUntil = relation.validFrom > date ? relation.validFrom : date;
          relation.version += 1;
          relation.endAuthorId = call.principal?.partyId ?? '';
          relation.endTime = new Date();
          publishRelation(tx, 'ended', relation);
        }
        const authorId = call.principal?.partyId ?? '';
        await tx.execute(holdIdentifiers(customerId, []));
        await tx.execute(insertDeath({ customerId, deathDate, evidenceReference, authorId }));
        publishDeceased(tx, { customerId, deathDate, evidenceReference });
        const cause = { actor: call.principal, remark: '' };
        return { customer: await changed(tx, vault, 'deactivated', { ...loaded, cause }) };
      },
    });
}
