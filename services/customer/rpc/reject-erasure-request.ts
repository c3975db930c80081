import { LockMode } from '@mikro-orm/core';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { ErasureState } from '#gen/bank/customer/v1/erasure_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { endErasure, erasureMessage, selectLastErasure } from '../erasure-tables.ts';
import { CustomerRow } from '../tables.ts';

/** Rejects a customer's request to be erased. */
export function rejectErasureRequest({ commands }: Context): Rpcs<typeof CustomerService>['rejectErasureRequest'] {
  return (request, call) =>
    commands.run(Contract.method.rejectErasureRequest, request, call, {
      decide: async (tx) => {
        const { customerId, rejection } = request;
        const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
        if (!(await tx.em.findOne(CustomerRow, { id: customerId }, lock))) throw refuse('CUSTOMER_NOT_FOUND');
        const [last] = await tx.query(selectLastErasure(customerId));
        if (last?.state !== ErasureState.REQUESTED) throw refuse('ERASURE_NOT_REQUESTED');
        const end = { state: ErasureState.REJECTED, rejection, endMs: Date.now() };
        await tx.execute(endErasure(customerId, end));
        tx.record({ resourceIds: [customerId], partyId: customerId, after: { rejection } });
        return { erasureRequest: erasureMessage({ ...last, ...end }) };
      },
    });
}
