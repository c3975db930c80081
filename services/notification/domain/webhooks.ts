// The rules of webhooks: who hears of what, when it is tried again, when a webhook is given up.
import { type Audience, type WebhookRule, webhooks } from '#gen/bank/rules.ts';

/** The event that says nothing but that a webhook is one. It is in no contract, and nobody subscribes to it. */
export const PING_TYPE = 'bank.notification.v1.WebhookPing';

/** How many webhooks a party may have. */
export const WEBHOOKS_MAX = 10;

/** For how long what was sent is kept, and can be replayed. */
export const KEPT_DAYS = 30;

/** For how long events are signed with the secret of before as well. */
export const OVERLAP_MS = 24 * 3_600_000;

/** After so many days in which nothing was taken a webhook is disabled. */
export const FAILING_DAYS = 3;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const PAUSES = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 8 * HOUR, 8 * HOUR];
const JITTER = 0.1;

/**
 * How long to wait after so many tries, about a day in all; undefined when it is given up. `chance`, from 0 to 1, draws it out by
 * up to a tenth, so that what failed together does not come again together.
 */
export function webhookPause(tries: number, chance: number): number | undefined {
  const pause = PAUSES[tries - 1];
  return pause && Math.round(pause * (1 + JITTER * chance));
}

/** Somebody who may have webhooks. */
export interface Hearer {
  readonly audience: Audience;
  readonly scopes: readonly string[];
}

/** Whether somebody may hear of events of a type at all. */
export function mayHear(type: string, { audience, scopes }: Hearer): boolean {
  const rule = ruleOf(type);
  if (!rule?.audiences.includes(audience)) return false;
  return audience !== 'PARTNER' || rule.scopes.some((scope) => scopes.includes(scope));
}

/** The types of events that somebody may hear of. */
export function heardBy(hearer: Hearer): string[] {
  return Object.keys(webhooks).filter((type) => mayHear(type, hearer));
}

/** What the contract says about an event that leaves by webhook. */
export function ruleOf(type: string): WebhookRule | undefined {
  return Object.hasOwn(webhooks, type) ? webhooks[type] : undefined;
}

/** The fields to leave out for somebody who holds these of an event's accounts. An order without a payer is all its payee's. */
export function leftOut({ firstOnly }: WebhookRule, accountIds: readonly string[], held: ReadonlySet<string>) {
  const first = accountIds[0] ?? '';
  return first === '' || held.has(first) ? [] : firstOnly;
}

/** Whether a URL has the form that one must have; where it leads is another question. */
export function isWebhookUrl(text: string, isPlainAllowed: boolean): boolean {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && !(isPlainAllowed && url.protocol === 'http:'))) return false;
  return url.username === '' && url.password === '' && url.hash === '';
}
