// Fills in texts. A text can name the values that its template gives it, choose between sentences by them, and nothing else:
// no loops, no files, no code, no filters but a few that change letters. What comes out is plain text.
import { Liquid, type Template } from 'liquidjs';
import type { Text } from './domain/words.ts';

const TAGS = ['if', 'unless', 'case', 'comment'];
const FILTERS = ['upcase', 'downcase', 'capitalize'];
const TEXT_MAX = 10_000;
const RENDER_MS = 100;
const COMPILED_MAX = 1_000;

const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  // Whatever could read a file finds none.
  templates: {},
  parseLimit: TEXT_MAX,
  renderLimit: RENDER_MS,
  memoryLimit: 100 * TEXT_MAX,
});
for (const name of Object.keys(engine.tags)) if (!TAGS.includes(name)) delete engine.tags[name];
for (const name of Object.keys(engine.filters)) if (!FILTERS.includes(name)) delete engine.filters[name];

const compiled = new Map<string, Template[]>();

/** Fills in a text. Throws when it names what it is not given, or is no text of this language. */
export function render({ subject, body }: Text, values: Readonly<Record<string, string>>): Text {
  // The subject becomes a line of a header.
  return { subject: fill(subject, values).replace(/\s+/g, ' ').trim(), body: fill(body, values).trim() };
}

function fill(source: string, values: Readonly<Record<string, string>>): string {
  let parsed = compiled.get(source);
  if (!parsed) {
    if (compiled.size >= COMPILED_MAX) compiled.clear();
    parsed = engine.parse(source);
    compiled.set(source, parsed);
  }
  return withoutControls(String(engine.renderSync(parsed, { ...values })));
}

/** Control characters other than line breaks have no place in a text, and some have a meaning to a mail server or a terminal. */
function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ');
}
