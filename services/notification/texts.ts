// The texts of templates: the one that was in force when a notice came is the one that it is written with, for ever.
import { templateOf } from './domain/templates.ts';
import type { Locale, Text } from './domain/words.ts';

/** The texts of templates. */
export interface Texts {
  /** The text of a template in a language, at a time. */
  inForce(template: string, locale: Locale, atMs: number): Text;
}

/** The texts that the bank began with. */
export function textsOf(): Texts {
  return { inForce: (template, locale) => templateOf(template)?.texts[locale] ?? { subject: '', body: '' } };
}
