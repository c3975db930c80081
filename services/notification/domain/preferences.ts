// How a customer is told: what they chose, and what the bank does where they did not.

import { refuse } from './refusals.ts';
import { CHANNELS, type Channel, type Locale, type Place, type Rhythm, TOPICS, type Topic } from './words.ts';

/** A way for a topic, wanted or not. */
export interface Choice {
  readonly topic: Topic;
  readonly place: Place;
  readonly wanted: boolean;
  readonly rhythm: Rhythm;
}

/** `money_in email` → whether it is wanted, or how it is gathered. Only what was chosen. */
export type Choices = Readonly<Record<string, boolean | 'daily' | 'weekly'>>;

/** How a customer is told. */
export interface Preferences {
  readonly locale: Locale;
  readonly timeZone: string;
  /** HH:MM, both or neither. */
  readonly quietFrom: string | null;
  readonly quietUntil: string | null;
  readonly choices: Choices;
  /** When what is gathered is sent: HH:MM. */
  readonly digestTime: string;
  /** On which day, when it is weekly: 1 for Monday to 7. */
  readonly digestWeekday: number;
}

/** How somebody is told who never said anything. */
export function untold(timeZone: string): Preferences {
  const digest = { digestTime: '08:00', digestWeekday: 1 };
  return { locale: 'en', timeZone, quietFrom: null, quietUntil: null, choices: {}, ...digest };
}

const keyOf = (topic: Topic, place: Place): string => `${topic} ${place}`;

/** When notices of a topic go to a place, if they do. By themselves, only security's go, by e-mail: those nobody can mute. */
export function rhythmOf(choices: Choices, topic: Topic, place: Place): Rhythm | undefined {
  if (isFixed(topic, place)) return 'at once';
  const chosen = choices[keyOf(topic, place)] ?? false;
  if (chosen === false) return undefined;
  return chosen === true ? 'at once' : chosen;
}

/** The ways that notices of a topic go, besides the inbox. */
export function waysOf(choices: Choices, topic: Topic): { channel: Channel; rhythm: Rhythm }[] {
  return CHANNELS.flatMap((channel) => {
    const rhythm = rhythmOf(choices, topic, channel);
    return rhythm ? [{ channel, rhythm }] : [];
  });
}

/** Whether somebody has consented to news of products, by whichever way. */
export function wantsNews(choices: Choices): boolean {
  return placesOf('product_news').some((place) => rhythmOf(choices, 'product_news', place) !== undefined);
}

/** The places where notices of a topic may be wanted or not. */
export function placesOf(topic: Topic): readonly Place[] {
  return topic === 'product_news' ? ['inbox', ...CHANNELS] : CHANNELS;
}

/** Every topic and way, chosen or not. */
export function allChoices(choices: Choices): Choice[] {
  return TOPICS.flatMap((topic) =>
    placesOf(topic).map((place) => {
      const rhythm = rhythmOf(choices, topic, place);
      return { topic, place, wanted: rhythm !== undefined, rhythm: rhythm ?? 'at once' };
    }),
  );
}

/** The choices with others in their place, of several of one topic and way the last. Refuses to mute security's e-mails. */
export function choose(choices: Choices, changes: readonly Choice[]): Choices {
  const muted = changes.some(({ topic, place, wanted }) => isFixed(topic, place) && !wanted);
  if (muted) throw refuse('SECURITY_NOT_MUTABLE');
  const late = changes.some(({ topic, wanted, rhythm }) => topic === 'security' && wanted && rhythm !== 'at once');
  if (late) throw refuse('SECURITY_NOT_GATHERED');
  const chosen = changes.map(({ topic, place, wanted, rhythm }) => {
    const gathered = rhythm === 'at once' ? true : rhythm;
    return [keyOf(topic, place), wanted ? gathered : false] as const;
  });
  return { ...choices, ...Object.fromEntries(chosen) };
}

/** The places for which the consent to news of products changed, and to what. */
export function consentChanges(before: Choices, after: Choices): { place: Place; given: boolean }[] {
  return placesOf('product_news').flatMap((place) => {
    const [had, has] = [before, after].map((choices) => rhythmOf(choices, 'product_news', place) !== undefined);
    return had === has ? [] : [{ place, given: has === true }];
  });
}

function isFixed(topic: Topic, place: Place): boolean {
  return topic === 'security' && place === 'email';
}

/**
 * The topic that the reader of a message can end by its way: news of products where there are any, since nobody may be kept from ending
 * those; else the one that it is about. None of what cannot be muted, nor where one click could mean several.
 */
export function endable(topics: readonly Topic[], channel: Channel): Topic | undefined {
  const [first, ...others] = topics.includes('product_news') ? (['product_news'] as const) : new Set(topics);
  return !first || others.length > 0 || isFixed(first, channel) ? undefined : first;
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
