// Finds the names of a list that are like a name, without comparing it to all: by pairs of letters to the words that may be alike, by words
// to the names that have them.
import { likenessOf, scoreOf, type Word, wordsOf } from './name-matching.ts';

/** A name on a list, and what it is the name of. */
export interface ListedName<Of> {
  readonly of: Of;
  readonly text: string;
}

/** A name that was found, and how alike it is. */
export interface FoundName<Of> extends ListedName<Of> {
  readonly score: number;
}

/** Names that can be searched. */
export interface NameIndex<Of> {
  readonly size: number;
  /** The names that are like a name, from a score on; in no order. */
  find(name: string, scoreMin: number): FoundName<Of>[];
}

/** A word of the list that is like a word, and how much. */
interface Like {
  readonly id: number;
  readonly alike: number;
}

interface Listed<Of> extends ListedName<Of> {
  readonly words: readonly Word[];
}

/** How much of a name has to have something alike in a listed one, for that to be looked at. */
const SHARE_MIN = 0.6;
const LIKES_MAX = 50_000;

/** The words of a list, each once, and where they stand. */
class Vocabulary {
  readonly words: Word[] = [];
  readonly namesOf: number[][] = [];
  readonly #ids = new Map<string, number>();
  readonly #wordsWith = new Map<string, number[]>();
  readonly #likes = new Map<string, readonly Like[]>();
  #counts = new Uint8Array();

  add(word: Word, nameId: number): void {
    let id = this.#ids.get(word.text);
    if (id === undefined) {
      id = this.words.push(word) - 1;
      this.#ids.set(word.text, id);
      this.namesOf.push([]);
      for (const key of keysOf(word)) push(this.#wordsWith, key, id);
    }
    this.namesOf[id]?.push(nameId);
  }

  /** The words of the list that are like a word. */
  like(word: Word): readonly Like[] {
    const known = this.#likes.get(word.text);
    if (known) return known;
    const keys = keysOf(word);
    const found = this.#sharing(keys).flatMap(({ id, shared }) => {
      const other = this.words[id];
      if (!other || (shared < 2 && keys.length > 2)) return [];
      const alike = likenessOf(word, other);
      return alike > 0 ? [{ id, alike }] : [];
    });
    if (this.#likes.size >= LIKES_MAX) this.#likes.clear();
    this.#likes.set(word.text, found);
    return found;
  }

  #sharing(keys: readonly string[]): { id: number; shared: number }[] {
    if (this.#counts.length < this.words.length) this.#counts = new Uint8Array(this.words.length);
    const counts = this.#counts;
    const touched: number[] = [];
    for (const key of keys) {
      for (const id of this.#wordsWith.get(key) ?? []) {
        if (counts[id] === 0) touched.push(id);
        counts[id] = (counts[id] ?? 0) + 1;
      }
    }
    return touched.map((id) => {
      const shared = counts[id] ?? 0;
      counts[id] = 0;
      return { id, shared };
    });
  }
}

/** Makes an index of names. */
export function nameIndex<Of>(names: Iterable<ListedName<Of>>): NameIndex<Of> {
  const listed: Listed<Of>[] = [];
  const vocabulary = new Vocabulary();
  const namesJoined = new Map<string, number[]>();
  for (const name of names) {
    const words = wordsOf(name.text);
    const nameId = listed.push({ ...name, words }) - 1;
    push(namesJoined, joined(words), nameId);
    for (const word of words) vocabulary.add(word, nameId);
  }
  const weightOf = weights(vocabulary, listed.length);

  /** How much of a name has something alike in each listed one. */
  function reached(own: readonly Word[]): Map<number, number> {
    const all = new Map<number, number>();
    for (const word of own) {
      const best = new Map<number, number>();
      for (const { id, alike } of vocabulary.like(word)) {
        for (const nameId of vocabulary.namesOf[id] ?? []) {
          if ((best.get(nameId) ?? 0) < alike) best.set(nameId, alike);
        }
      }
      for (const [nameId, alike] of best) all.set(nameId, (all.get(nameId) ?? 0) + alike * weightOf(word));
    }
    return all;
  }

  return {
    size: listed.length,
    find(name, scoreMin) {
      const own = wordsOf(name);
      const enough = SHARE_MIN * own.reduce((sum, word) => sum + weightOf(word), 0);
      const candidates = new Set(namesJoined.get(joined(own)));
      for (const [nameId, weight] of reached(own)) if (weight >= enough) candidates.add(nameId);
      return [...candidates].flatMap((nameId) => {
        const one = listed[nameId];
        const score = one ? scoreOf(own, one.words, weightOf) : 0;
        return one && score >= scoreMin ? [{ of: one.of, text: one.text, score }] : [];
      });
    },
  };
}

/** Weighs words by how rare they are: from 0.3 for the most common to 1 for one that stands on the list once, or not. */
function weights({ words, namesOf }: Vocabulary, nameCount: number): (word: Word) => number {
  const commonness = new Map<string, number>();
  for (const [id, { sound }] of words.entries()) {
    commonness.set(sound, (commonness.get(sound) ?? 0) + (namesOf[id]?.length ?? 0));
  }
  const all = Math.log(Math.max(2, nameCount));
  const known = new Map(
    [...commonness].map(([sound, count]) => [sound, Math.max(0.3, 1 - Math.log(count) / all)] as const),
  );
  return ({ sound }) => known.get(sound) ?? 1;
}

/** The pairs of letters of a word as it sounds, its beginning and end among them; and its consonants, where there are some. */
function keysOf({ sound, bones }: Word): string[] {
  const whole = `^${sound}$`;
  const pairs = Array.from({ length: whole.length - 1 }, (_, at) => whole.slice(at, at + 2));
  // Twice, so that the same consonants alone are enough.
  return [...new Set(pairs), ...(bones.length > 2 ? [`b1${bones}`, `b2${bones}`] : [])];
}

function joined(words: readonly Word[]): string {
  return words.map(({ sound }) => sound).join('');
}

function push<Key>(map: Map<Key, number[]>, key: Key, value: number): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
