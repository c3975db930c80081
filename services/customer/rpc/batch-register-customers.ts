import { outcomesOf } from '#chassis/item-outcomes.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { registerCustomer } from './register-customer.ts';

/** Registers many customers at once, each by a command of its own. */
export function batchRegisterCustomers(context: Context): Rpcs<typeof CustomerService>['batchRegisterCustomers'] {
  const register = registerCustomer(context);
  return async (request, call) => ({
    outcomes: await outcomesOf(request.customers, request, async (one) => ({
      customer: (await register(one, call)).customer,
    })),
  });
}
