import { LockMode } from '@mikro-orm/core';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { ErasureRejection, ErasureState } from '#gen/bank/customer/v1/erasure_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { erasureMessage, insertErasure, selectLastErasure } from '../erasure-tables.ts';
import { openProfile, warmKey } from '../profile.ts';
import { CustomerRow } from '../tables.ts';

/** Writes down that a customer wants to be forgotten. */
export function requestErasure(context: Context): Rpcs<typeof CustomerService>['requestErasure'] {
  const { commands, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.requestErasure, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { customerId } = request;
        // Locked, so that no number is given twice.
        const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
        const customer = await tx.em.findOne(CustomerRow, { id: customerId }, lock);
        if (!customer) throw refuse('CUSTOMER_NOT_FOUND');
        if (!(await openProfile(vault, customer))) throw refuse('CUSTOMER_ERASED');
        // Their key alone is never destroyed: nobody could ever do what they ask.
        if (customer.mergedIntoId) throw refuse('CUSTOMER_MERGED');
        const [last] = await tx.query(selectLastErasure(customerId));
        if (last?.state === ErasureState.REQUESTED) throw refuse('ERASURE_REQUESTED');
        const { partyId: authorId = '' } = call.principal ?? {};
        const row = { customerId, requestNumber: (last?.requestNumber ?? 0) + 1, authorId, createMs: Date.now() };
        await tx.execute(insertErasure(row));
        tx.record({ resourceIds: [customerId], partyId: customerId });
        const { REQUESTED: state } = ErasureState;
        const { UNSPECIFIED: rejection } = ErasureRejection;
        return { erasureRequest: erasureMessage({ ...row, state, rejection, endMs: null }) };
      },
    });
}
