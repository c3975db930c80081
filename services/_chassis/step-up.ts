// Where the contract says step_up, a request goes on once its caller has proved again who they are, for this very request.
import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { dataClasses, type Rule, rulesByPath } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { checkGrants } from './access.ts';
import type { Call } from './call-context.ts';
import type { CommandRequest } from './command.ts';
import { asBuffer } from './encode.ts';

/** A request that has to be proved. */
export interface ToProve {
  readonly principal: Actor;
  readonly rpc: string;
  readonly requestId: string;
  /** What the proof is bound to. */
  readonly content: Buffer;
  /** True: only asked. */
  readonly validateOnly: boolean;
}

/** Lets a request go on that was proved, however often it is repeated; throws STEP_UP_REQUIRED, or another STEP_UP_ refusal, else. */
export type StepUp = (asked: ToProve, call: Call) => Promise<void>;

/** Throws when the contract asks a service for proofs that it cannot have checked. */
export function refuseUnproved(service: DescService, stepUp: StepUp | undefined): void {
  for (const { name } of service.methods) {
    const rpc = `${service.typeName}/${name}`;
    const rule = rulesByPath.get(rpc);
    if (stepUp || !rule || !asksForProof(rule)) continue;
    throw new Error(`${rpc}: nobody checks its step_up; the service's definition has no stepUp`);
  }
}

/** Refuses a request that its caller has to prove, and did not. */
export async function checkStepUp(
  { rule, method }: { readonly rule: Rule; readonly method: DescMethod },
  request: Message,
  call: Call,
  stepUp: StepUp | undefined,
): Promise<void> {
  const { caller, principal } = call;
  if (caller !== 'edge' || !principal || !stepUp || !asksForProof(rule)) return;
  if (!checkGrants(rule, principal).stepUp) return;
  const { requestId, validateOnly } = request as Message & CommandRequest;
  await stepUp({ principal, rpc: call.rpc, requestId, content: contentOf(method, request), validateOnly }, call);
}

function asksForProof({ grants }: Rule): boolean {
  return grants.some(({ stepUp }) => stepUp);
}

/** What a request says, without its key; and without its secrets, which prove something themselves and of which nothing is kept. */
function contentOf({ input }: DescMethod, request: Message): Buffer {
  const secrets = Object.entries(dataClasses[input.typeName] ?? {}).filter(([, kind]) => kind === 'SECRET');
  const emptied = Object.fromEntries(secrets.map(([name]) => [name, '']));
  return asBuffer(toBinary(input, { ...request, ...emptied, requestId: '', validateOnly: false } as Message));
}
