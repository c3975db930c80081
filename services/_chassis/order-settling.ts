// How an order ends: its outcome is written and answered; or, when it was only asked about, rolled back.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import type { Call } from './call-context.ts';
import { type Claim, unpackAnswer } from './claims.ts';
import { type Commands, type CommandTx, type Decision, type Job, rehearse } from './command.ts';
import type { AnySteps, Outcome } from './order.ts';

/** Writes what came of an order, and answers it; a refusal of its call is thrown. */
export async function settle(
  commands: Commands,
  steps: AnySteps,
  claim: Claim,
  call: Call,
  outcome: Outcome<never>,
): Promise<MessageShape<DescMessage>> {
  const job: Job = {
    key: claim,
    fingerprint: claim.fingerprint,
    method: steps.method,
    call,
    // The outcome is a fact: it is written however late it is.
    deadline: Number.POSITIVE_INFINITY,
    settles: true,
    decide: async (tx) => {
      const response = await steps.settle(tx, intentOf(claim), outcome);
      if ('refusal' in outcome) throw outcome.refusal;
      return { response: create(steps.method.output, response as never) };
    },
  };
  const settled = await commands.batches.submit(job);
  return unpackAnswer(commands.vault, steps.method, settled.claim);
}

/** What would happen: planned and settled in transactions that are rolled back, with a call that only asks. */
export async function rehearseOrder(
  commands: Commands,
  steps: AnySteps,
  call: Call,
  decide: (tx: CommandTx) => Promise<Decision>,
): Promise<MessageShape<DescMessage>> {
  const { database, vault } = commands;
  const decision = await rehearse(database, vault, call, decide);
  const intent = ('intent' in decision ? decision.intent : null) as never;
  const value = await steps.carryOut(intent, { validateOnly: true, deadline: call.deadline, call });
  const settled = await rehearse(database, vault, call, async (tx) => {
    const again = await decide(tx);
    await tx.em.flush();
    const planned = ('intent' in again ? again.intent : null) as never;
    return {
      response: create(steps.method.output, (await steps.settle(tx, planned, { value: value as never })) as never),
    };
  });
  return 'response' in settled ? settled.response : create(steps.method.output);
}

/** The claim's part of a row that says what to call. */
export function intentOf(claim: Claim): never {
  return claim.intent?.order as never;
}
