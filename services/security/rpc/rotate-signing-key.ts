import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { waitingAt } from '../domain/signing-keys.ts';
import { makeKey, scheduleOf, told } from '../signing.ts';
import { insertKey, type KeyRow, lockKeys, selectKeys, setSignTime } from '../signing-tables.ts';

/** Has the next key sign as soon as everybody can know it. */
export function rotateSigningKey(context: Context): Rpcs<typeof SecurityService>['rotateSigningKey'] {
  return (request, call) =>
    context.commands.run(Contract.method.rotateSigningKey, request, call, {
      prepare: () => makeKey(context, Date.now(), Date.now() + scheduleOf(context).leadMs),
      decide: async (tx, made) => {
        await tx.query(lockKeys());
        const waiting = waitingAt(await tx.query(selectKeys()), Date.now());
        const key: KeyRow = waiting ? { ...waiting, signMs: Math.min(waiting.signMs, made.signMs) } : made;
        await tx.execute(waiting ? setSignTime(key.kid, key.signMs) : insertKey(key));
        tx.record({ resourceIds: [`signing_key/${key.kid}`], partyId: call.principal?.partyId ?? '' });
        return { key: told(key) };
      },
    });
}
