// How a customer is told: what they chose, and what the bank does where they did not.

import { refuse } from './refusals.ts';
import { CHANNELS, type Channel, type Locale, TOPICS, type Topic } from './words.ts';

/** A way for a topic, wanted or not. */
export interface Choice {
  readonly topic: Topic;
  readonly channel: Channel;
  readonly wanted: boolean;
}

/** `money_in email` → wanted. Only what was chosen. */
export type Choices = Readonly<Record<string, boolean>>;

/** How a customer is told. */
export interface Preferences {
  readonly locale: Locale;
  readonly timeZone: string;
  /** HH:MM, both or neither. */
  readonly quietFrom: string | null;
  readonly quietUntil: string | null;
  readonly choices: Choices;
}

/** How somebody is told who never said anything. */
export function untold(timeZone: string): Preferences {
  return { locale: 'en', timeZone, quietFrom: null, quietUntil: null, choices: {} };
}

const keyOf = (topic: Topic, channel: Channel): string => `${topic} ${channel}`;

/** Whether notices of a topic go this way. By themselves, only security's do, by e-mail: those nobody can mute. */
export function isWanted(choices: Choices, topic: Topic, channel: Channel): boolean {
  if (isFixed(topic, channel)) return true;
  return choices[keyOf(topic, channel)] ?? false;
}

/** The ways that notices of a topic go, besides the inbox. */
export function waysOf(choices: Choices, topic: Topic): Channel[] {
  return CHANNELS.filter((channel) => isWanted(choices, topic, channel));
}

/** Every topic and way, chosen or not. */
export function allChoices(choices: Choices): Choice[] {
  return TOPICS.flatMap((topic) =>
    CHANNELS.map((channel) => ({ topic, channel, wanted: isWanted(choices, topic, channel) })),
  );
}

/** The choices with others in their place, of several of one topic and way the last. Refuses to mute security's e-mails. */
export function choose(choices: Choices, changes: readonly Choice[]): Choices {
  const muted = changes.some(({ topic, channel, wanted }) => isFixed(topic, channel) && !wanted);
  if (muted) throw refuse('SECURITY_NOT_MUTABLE');
  const chosen = changes.map(({ topic, channel, wanted }) => [keyOf(topic, channel), wanted] as const);
  return { ...choices, ...Object.fromEntries(chosen) };
}

function isFixed(topic: Topic, channel: Channel): boolean {
  return topic === 'security' && channel === 'email';
}

/** Whether there is such a time zone. Offsets, which Intl knows too, are none: they do not follow summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
