// How alike two names are, whatever their script, spelling and order. The measure:
//
// 1. A name is written in Latin letters without accents (any-ascii), in small letters, and cut into words. Articles and connectives of
//    Arabic and European names, legal forms of organisations and single letters are left out, unless nothing else is there;
//    Abd al-Rahman is one word, as Abdulrahman is.
// 2. Two words are as alike as their Jaro-Winkler similarity; or as 0.97 of it when both are spelt by sound (`soundOf`, which
//    writes Wladimir and Vladimir, Mohammed and Muhamad alike); or, where only the vowels differ, at least 0.88, of four consonants and more 0.93. What
//    is below 0.8 is not alike at all; words of up to three letters have to be the same, or to sound the same.
// 3. Words are paired, the most alike first. The score is the sum of their likenesses, over the number of pairs and of words left over: all of
//    those of the customer, and 0.2 of those of the list, since people seldom use all of their names. Each word counts by how rare it is on the list.
// 4. Names that differ in their spaces alone score 0.97.

import anyAscii from 'any-ascii';

/** A word of a name. */
export interface Word {
  readonly text: string;
  readonly sound: string;
  /** Its consonants, as they sound. */
  readonly bones: string;
}

/** Articles and connectives, which some write and some do not. */
const CONNECTIVES = new Set(
  'al el ul as an ar at az ad bin ibn ben bint de la del di da dos van von der den du le the of and y e i und et'.split(
    ' ',
  ),
);

/** What an organisation is by law. */
const LEGAL_FORMS = new Set(
  (
    'ltd limited llc inc incorporated corp corporation co company gmbh ag kg sa sas sarl srl spa bv nv plc llp lp ' +
    'ooo oao zao pao ao jsc ojsc pjsc cjsc fze fzco sro spol sp zoo oy ab aps'
  ).split(' '),
);

/** The words of a name, in their order. */
export function wordsOf(name: string): Word[] {
  // In Arabic the article is written with its word; and ayn, which is no letter elsewhere, sounds like a vowel.
  const apart = name
    .normalize('NFKC')
    .replace(/(?<!\p{L})ال(?=\p{L}{2})/gu, '')
    .replaceAll('ع', 'a');
  const texts = anyAscii(apart)
    .toLowerCase()
    .replace(/['`]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((text) => text !== '');
  const telling = texts.filter((text) => text.length > 1 && !CONNECTIVES.has(text) && !LEGAL_FORMS.has(text));
  return servantsOf(telling.length > 0 ? telling : texts).map(wordOf);
}

/** The first half of Arabic names that say whose servant somebody is: Abd al-Rahman, Abdul Rahman and Abdulrahman are one word. */
const SERVANT = /^abd(?:[aeou]u?l)?$/;

function servantsOf(texts: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < texts.length; at += 1) {
    const [text = '', next] = [texts[at], texts[at + 1]];
    if (SERVANT.test(text) && next !== undefined) {
      joined.push(`abdul${next}`);
      at += 1;
    } else {
      joined.push(text);
    }
  }
  return joined;
}

const words = new Map<string, Word>();
const WORDS_MAX = 200_000;

function wordOf(text: string): Word {
  const known = words.get(text);
  if (known) return known;
  const sound = soundOf(text);
  const word = { text, sound, bones: sound.slice(0, 1) + sound.slice(1).replace(/[aiu]/g, '') };
  if (words.size >= WORDS_MAX) words.clear();
  words.set(text, word);
  return word;
}

/** How spellings of one sound are written alike, in the order in which they are replaced. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/tsch|tch|cz/g, 'ch'],
  [/sch/g, 'sh'],
  [/dzh|zh|dj/g, 'j'],
  [/ph/g, 'f'],
  [/[kg]h/g, 'h'],
  [/th/g, 't'],
  [/dh/g, 'd'],
  [/ck|q/g, 'k'],
  [/x/g, 'ks'],
  [/c(?!h)/g, 'k'],
  [/w/g, 'v'],
  [/z/g, 's'],
  [/[eyj]/g, 'i'],
  [/o/g, 'u'],
  [/(.)\1+/g, '$1'],
];

/** A word as it sounds, more or less, in whichever way its language or its transliteration spells that. */
export function soundOf(text: string): string {
  return SPELLINGS.reduce((sound, [spelling, one]) => sound.replace(spelling, one), text);
}

const SHORT = 3;
const ALIKE_MIN = 0.8;
const BY_SOUND = 0.97;

/** How alike two words are: 1 for the same, 0 for what is not alike. */
export function likenessOf(one: Word, other: Word): number {
  if (one.text === other.text) return 1;
  if (one.sound === other.sound) return BY_SOUND;
  if (Math.min(one.text.length, other.text.length) <= SHORT) return 0;
  const alike = Math.max(
    jaroWinkler(one.text, other.text),
    BY_SOUND * jaroWinkler(one.sound, other.sound),
    one.bones.length >= SHORT && one.bones === other.bones ? (one.bones.length > SHORT ? 0.93 : 0.88) : 0,
  );
  return alike < ALIKE_MIN ? 0 : alike;
}

/** The Jaro-Winkler similarity of two texts, with a scaling factor of 0.1 for up to four letters that both begin with. */
export function jaroWinkler(one: string, other: string): number {
  const jaro = jaroOf(one, other);
  let prefix = 0;
  while (prefix < 4 && prefix < one.length && one[prefix] === other[prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

function jaroOf(one: string, other: string): number {
  if (one === other) return 1;
  const window = Math.max(0, Math.floor(Math.max(one.length, other.length) / 2) - 1);
  const taken = new Uint8Array(other.length);
  const matched: number[] = [];
  for (let at = 0; at < one.length; at += 1) {
    const end = Math.min(other.length, at + window + 1);
    for (let there = Math.max(0, at - window); there < end; there += 1) {
      if (taken[there] === 0 && one.charCodeAt(at) === other.charCodeAt(there)) {
        taken[there] = 1;
        matched.push(one.charCodeAt(at));
        break;
      }
    }
  }
  if (matched.length === 0) return 0;
  let transposed = 0;
  let next = 0;
  for (let there = 0; there < other.length; there += 1) {
    if (taken[there] === 0) continue;
    if (matched[next] !== other.charCodeAt(there)) transposed += 1;
    next += 1;
  }
  const count = matched.length;
  return (count / one.length + count / other.length + (count - transposed / 2) / count) / 3;
}

const LEFT_OVER = 0.2;
const APART = 0.97;

/** How alike the name of a customer and one of a list are, from 0 to 1. `weightOf` says how rare a word is on the list. */
export function scoreOf(customer: readonly Word[], listed: readonly Word[], weightOf: (word: Word) => number): number {
  if (joined(customer) === joined(listed)) return customer.length === listed.length ? 1 : APART;
  const pairs = customer
    .flatMap((one, at) => listed.map((other, there) => ({ at, there, alike: likenessOf(one, other) })))
    .filter(({ alike }) => alike > 0)
    .sort((a, b) => b.alike - a.alike);
  const ours = customer.map(weightOf);
  const theirs = listed.map(weightOf);
  let alike = 0;
  let counted = 0;
  for (const pair of pairs) {
    const [own, other] = [ours[pair.at], theirs[pair.there]];
    if (own === undefined || other === undefined || own < 0 || other < 0) continue;
    alike += ((own + other) / 2) * pair.alike;
    counted += (own + other) / 2;
    // Taken.
    ours[pair.at] = -1;
    theirs[pair.there] = -1;
  }
  if (counted === 0) return 0;
  return alike / (counted + left(ours) + LEFT_OVER * left(theirs));
}

function left(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + Math.max(0, weight), 0);
}

function joined(words: readonly Word[]): string {
  return words.map(({ sound }) => sound).join('');
}
