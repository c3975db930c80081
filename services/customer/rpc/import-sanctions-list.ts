import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { importList, readFiles } from '../sanctions-lists.ts';

/** Makes files a version of a sanctions list. */
export function importSanctionsList(context: Context): Rpcs<typeof CustomerService>['importSanctionsList'] {
  return (request, call) =>
    context.commands.run(Contract.method.importSanctionsList, request, call, {
      // Read before the transaction, which many share.
      prepare: () => readFiles(context, request),
      decide: async (tx, files) => ({ version: await importList(tx, request, files, call) }),
    });
}
