import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { trustedPayeeAdded } from '../events.ts';
import { insertTrustedPayee, lockTrustedPayees, selectTrustedPayees } from '../payee-tables.ts';

const PAYEES_MAX = 100;

/** Trusts a payee. That it was proved, the chassis has checked. */
export function addTrustedPayee(context: Context): Rpcs<typeof SecurityService>['addTrustedPayee'] {
  return (request, call) =>
    context.commands.run(Contract.method.addTrustedPayee, request, call, {
      decide: async (tx) => {
        const { partyId } = callerOf(call);
        const { creditorAccountId: accountId } = request;
        await tx.query(lockTrustedPayees(partyId));
        const known = await tx.query(selectTrustedPayees(partyId));
        const there = known.find((payee) => payee.accountId === accountId);
        if (!there && known.length >= PAYEES_MAX) throw refuse('TRUSTED_PAYEE_LIMIT');
        const payee = there ?? { id: newId('tpy'), accountId, createMs: context.now().getTime() };
        if (!there) {
          await tx.execute(insertTrustedPayee(partyId, payee));
          trustedPayeeAdded(tx, partyId, payee);
        }
        tx.record({ resourceIds: [payee.id, accountId], partyId });
        const createTime = timestampFromMs(payee.createMs);
        return { trustedPayee: { trustedPayeeId: payee.id, creditorAccountId: accountId, createTime } };
      },
    });
}
