import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { newSecret } from '../sessions.ts';
import { putCode } from '../tables.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1_000;

/** Issues the code with which a customer registers credentials. Whether there is such a customer, the issuer has seen. */
export function issueEnrolmentCode(context: Context): Rpcs<typeof SecurityService>['issueEnrolmentCode'] {
  return (request, call) =>
    context.commands.run(Contract.method.issueEnrolmentCode, request, call, {
      decide: async (tx) => {
        const { customerId } = request;
        const enrolmentCode = newSecret();
        const expireTime = new Date(context.now().getTime() + LIFETIME_MS);
        const hash = context.vault.hash('security.enrolment-code', enrolmentCode);
        await tx.execute(putCode({ customerId, hash, expireTime }));
        tx.record({ resourceIds: [customerId], partyId: customerId });
        return { enrolmentCode, expireTime: timestampFromDate(expireTime) };
      },
    });
}
