import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { newEnrolmentCode } from '../enrolment.ts';
import { refuseMerged } from '../merged-customers.ts';
import { selectStaffMember } from '../staff-tables.ts';
import { putCode } from '../tables.ts';

/** Issues the code with which a customer registers credentials. Whether there is such a customer, the issuer has seen. */
export function issueEnrolmentCode(context: Context): Rpcs<typeof SecurityService>['issueEnrolmentCode'] {
  return (request, call) =>
    context.commands.run(Contract.method.issueEnrolmentCode, request, call, {
      decide: async (tx) => {
        const { customerId } = request;
        // Whoever may issue codes to customers must not become a member of staff by one.
        const [staff] = await tx.query(selectStaffMember(customerId));
        if (staff) throw refuse('NO_CUSTOMER', { field: 'customer_id' });
        await refuseMerged(tx, customerId);
        const { enrolmentCode, hash, expireTime } = newEnrolmentCode(context);
        await tx.execute(putCode({ partyId: customerId, hash, expireTime }));
        tx.record({ resourceIds: [customerId], partyId: customerId });
        return { enrolmentCode, expireTime: timestampFromDate(expireTime) };
      },
    });
}
