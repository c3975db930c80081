import { sha256 } from '#chassis/digest.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { keepPart } from '../screening-tables.ts';

/** Keeps a part of a file of a sanctions list until it is imported. */
export function uploadSanctionsPart({ commands }: Context): Rpcs<typeof CustomerService>['uploadSanctionsPart'] {
  return (request, call) =>
    commands.run(Contract.method.uploadSanctionsPart, request, call, {
      decide: async (tx) => {
        const digest = sha256(request.content);
        await tx.execute(keepPart(digest, Buffer.from(request.content)));
        return { partDigest: digest.toString('hex') };
      },
    });
}
