import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { PaymentToProveSchema, StepUpState as State, StepUpMethod } from '#gen/bank/security/v1/step_up_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import type { StepUpState } from '../domain/step-up.ts';
import { signingOptions } from '../passkeys.ts';
import { selectStepUp } from '../step-up-tables.ts';
import { methodsOf } from '../step-ups.ts';

const STATES: Readonly<Record<StepUpState, State>> = {
  open: State.OPEN,
  proved: State.PROVED,
  used: State.USED,
  failed: State.FAILED,
};

/** Answers a challenge of whoever calls. */
export function getStepUp(context: Context): Rpcs<typeof SecurityService>['getStepUp'] {
  return async ({ stepUpId }, call) => {
    const { partyId } = callerOf(call);
    const [row] = await context.database.query(selectStepUp(stepUpId));
    if (row?.partyId !== partyId) throw refuse('STEP_UP_NOT_FOUND');
    const { rpc, state, payment, expireMs, link } = row;
    const methods = await methodsOf(context, partyId);
    return {
      stepUp: {
        stepUpId,
        rpc,
        state: STATES[state],
        ...(payment !== null && { payment: fromJson(PaymentToProveSchema, payment as JsonValue) }),
        expireTime: timestampFromMs(expireMs),
      },
      methods,
      passkeyOptionsJson: methods.includes(StepUpMethod.PASSKEY) ? await signingOptions(context, partyId, link) : '',
    };
  };
}
