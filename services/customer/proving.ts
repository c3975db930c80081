// What this service asks security for: a proof of what a customer asks.
import type { StepUp } from '#chassis/step-up.ts';
import type { Context } from './context.ts';

/** Has it proved by a keyed hash of what is asked: of a plain one, contacts could be guessed. */
export function provingOf({ security, vault }: Pick<Context, 'security' | 'vault'>): StepUp {
  return async ({ principal, rpc, requestId, content, validateOnly }, call) => {
    const hash = vault.hash('customer.step-up', content.toString('base64'));
    await security.requireStepUp({ requestId, validateOnly, rpc, actor: principal, content: hash }, call);
  };
}
