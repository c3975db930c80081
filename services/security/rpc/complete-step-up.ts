import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type CompleteStepUpRequest,
  SecurityService as Contract,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import { StepUpMethod } from '#gen/bank/security/v1/step_up_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { stepUpProved } from '../events.ts';
import { lockPasskey, usePasskey } from '../passkey-tables.ts';
import { signingPasskey } from '../passkeys.ts';
import { countTry, takeBack } from '../proofs.ts';
import { factorOf, useFactor } from '../second-factor.ts';
import { lockStepUp, moveStepUp, type StepUpRow } from '../step-up-tables.ts';
import { countTrial, proofRefused } from '../step-ups.ts';
import { lockByParty } from '../tables.ts';

/** A proof that is right: with what it was made, and what uses it up; false when somebody else was first. */
interface Proof {
  readonly method: StepUpMethod;
  use(tx: CommandTx): Promise<boolean>;
}

/** Proves again who whoever calls is, for one request. */
export function completeStepUp(context: Context): Rpcs<typeof SecurityService>['completeStepUp'] {
  return (request, call) =>
    context.commands.run(Contract.method.completeStepUp, request, call, {
      prepare: () => verify(context, request, call),
      decide: async (tx, { stepUp: { id, partyId }, proof }) => {
        const [row] = await tx.query(lockStepUp(id));
        if (row?.state !== 'open') throw refuse('STEP_UP_NOT_OPEN');
        if (context.now().getTime() >= row.expireMs) throw refuseCall('STEP_UP_EXPIRED', { step_up_id: id });
        if (!(await proof.use(tx))) throw refuse('PROOF_REFUSED');
        const proved: StepUpRow = { ...row, state: 'proved', version: row.version + 1 };
        await tx.execute(moveStepUp(proved));
        stepUpProved(tx, proved, proof.method);
        tx.record({ resourceIds: [id], partyId });
        return {};
      },
    });
}

async function verify(context: Context, { stepUpId, proof }: CompleteStepUpRequest, call: Call) {
  const stepUp = await countTrial(context, stepUpId, call);
  const proved =
    proof.case === 'totpCode'
      ? await codeOf(context, stepUp, proof.value)
      : await signatureOf(context, stepUp, proof.value ?? '');
  if (!proved) throw await proofRefused(context, stepUp, call);
  return { stepUp, proof: proved };
}

/** A code of the app, counted beside all other tries of the party: there are no more of them for having many challenges. */
async function codeOf(context: Context, { partyId }: StepUpRow, code: string): Promise<Proof | undefined> {
  const { found, mayTry } = await countTry(context, lockByParty(partyId));
  const factor = found && mayTry ? await factorOf(context, partyId, code) : undefined;
  if (!found || factor === undefined || factor === 'missing' || factor.kind !== 'app') return undefined;
  await takeBack(context, found);
  return { method: StepUpMethod.TOTP, use: (tx) => useFactor(tx, partyId, factor) };
}

/** A signature of a passkey of the party, of this challenge and no other. */
async function signatureOf(
  context: Context,
  { partyId, link }: StepUpRow,
  responseJson: string,
): Promise<Proof | undefined> {
  const expected = link.toString('base64url');
  const { signature: used } = await signingPasskey(context, responseJson, (challenge) => challenge === expected);
  if (used?.passkey.partyId !== partyId) return undefined;
  const { passkey, counter, synced } = used;
  return {
    method: StepUpMethod.PASSKEY,
    async use(tx) {
      const [now] = await tx.query(lockPasskey(passkey.id));
      // Removed, or used by somebody else, since its signature was looked at.
      if (now?.partyId !== partyId || now.counter !== passkey.counter) return false;
      await tx.execute(usePasskey(passkey.id, { counter, synced, now: context.now() }));
      return true;
    },
  };
}
