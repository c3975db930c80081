// The events of this service: it publishes none but the records of its commands, and hears of none.
import type { Subscription } from '#chassis/subscription.ts';

export const subscriptions: readonly Subscription[] = [];
