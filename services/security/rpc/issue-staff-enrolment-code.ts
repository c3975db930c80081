import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { checkOthers } from '../domain/staff.ts';
import { newEnrolmentCode } from '../enrolment.ts';
import { hasFactorBut } from '../second-factor.ts';
import { lockActive } from '../staff.ts';
import { lockByParty, putCode } from '../tables.ts';

/** Issues the code with which a member of staff registers their first credentials. */
export function issueStaffEnrolmentCode(context: Context): Rpcs<typeof SecurityService>['issueStaffEnrolmentCode'] {
  return (request, call) =>
    context.commands.run(Contract.method.issueStaffEnrolmentCode, request, call, {
      decide: async (tx) => {
        const { staffId } = request;
        checkOthers(staffId, callerOf(call));
        await lockActive(tx, staffId);
        const [credential] = await tx.query(lockByParty(staffId));
        // Without a second factor nobody has ever logged in with them: what registered them was lost on the way.
        if (credential && (await hasFactorBut(tx, staffId, {}))) throw refuse('CREDENTIALS_EXIST');
        const { enrolmentCode, hash, expireTime } = newEnrolmentCode(context);
        await tx.execute(putCode({ partyId: staffId, hash, expireTime }));
        tx.record({ resourceIds: [staffId], partyId: staffId });
        return { enrolmentCode, expireTime: timestampFromDate(expireTime) };
      },
    });
}
