// Which branch looks after a customer: the customer service owns it, and is asked in the name of the member of staff who calls.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { BranchesOf } from '#chassis/access.ts';
import { asBuffer } from '#chassis/encode.ts';
import {
  GetCustomerStatesRequestSchema,
  GetCustomerStatesResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from './context.ts';

const STATES = 'bank.customer.v1.CustomerService/GetCustomerStates';

/** Asks which branches customers are with. Refuses CUSTOMER_NOT_FOUND, and SERVICE_UNAVAILABLE while it cannot be asked. */
export function branchesOfCustomers({ executor }: Pick<Context, 'executor'>): BranchesOf {
  return async (ids, call) => {
    const asked = create(GetCustomerStatesRequestSchema, { customerIds: [...ids] });
    const request = asBuffer(toBinary(GetCustomerStatesRequestSchema, asked));
    const { standings } = fromBinary(GetCustomerStatesResponseSchema, await executor.send(STATES, request, call));
    return standings.map(({ customerId, branchId }) => [customerId, branchId]);
  };
}
