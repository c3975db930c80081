import { LockMode } from '@mikro-orm/core';
import { readDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { endOf } from '../domain/relations.ts';
import { publishRelation } from '../events.ts';
import { warmKey } from '../profile.ts';
import { RelationRow } from '../relation-tables.ts';
import { recorded, relationMessage, sealRemark } from '../relations.ts';
import { markCustomer } from '../screening-tables.ts';
import { CustomerRow } from '../tables.ts';

/** Ends a relation, of either of its customers, whatever has become of them. */
export function endRelation(context: Context): Rpcs<typeof CustomerService>['endRelation'] {
  const { commands, vault, today } = context;
  return (request, call) =>
    commands.run(Contract.method.endRelation, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { customerId, relationId: id, remark } = request;
        const until = readDate('valid_until', request.validUntil);
        if (!(await tx.em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
        const either = [{ customerId }, { relatedCustomerId: customerId }];
        const row = await tx.em.findOne(
          RelationRow,
          { id, $or: either },
          { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
        );
        if (!row) throw refuse('RELATION_NOT_FOUND');
        const before = await relationMessage(vault, row, call.principal);
        row.validUntil = endOf({ from: row.validFrom, until: row.validUntil ?? null }, until, today());
        row.version += 1;
        row.endAuthorId = call.principal?.partyId ?? '';
        row.endTime = new Date();
        row.endRemark = await sealRemark(vault, row.customerId, remark);
        publishRelation(tx, 'ended', row);
        const relation = await recorded(vault, tx, row, call.principal, before);
        await tx.execute(markCustomer(row.customerId));
        return { relation };
      },
    });
}
