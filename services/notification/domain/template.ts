// What a template is.
import type { Locale, Text, Topic } from './words.ts';

/** A template: its topic, what its text may be filled in with, and its first text in each language. */
export interface Template {
  /** Undefined for what tells of several. */
  readonly topic: Topic | undefined;
  readonly values: readonly Value[];
  readonly texts: Readonly<Record<Locale, Text>>;
}

/** What a text can be filled in with: `{{ amount }}`. */
export type Value =
  | 'amount'
  | 'date'
  | 'time'
  | 'failures'
  | 'code'
  | 'expires'
  | 'below'
  | 'request'
  | 'outcome'
  | 'headline'
  | 'text'
  | 'unsubscribe'
  | 'count'
  | 'notices';

/** A template, with its first texts. */
export function template(topic: Topic | undefined, values: readonly Value[], en: Text, cs: Text): Template {
  return { topic, values, texts: { en, cs } };
}

/** A text. */
export const text = (subject: string, body: string): Text => ({ subject, body });
