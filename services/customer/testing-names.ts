// Names for the tests of screening: ordinary people, and what becomes of a listed name on its way into a bank.

const GIVEN =
  `Jana Petr Marie Jan Eva Tomáš Lucie Martin Tereza Jakub Hana Ondřej Anna Thomas Julia Michael Sabine Stefan Ursula Klaus
  Sophie Pierre Camille Antoine Chloé James Emma Oliver Grace William Charlotte Giulia Marco Chiara Luca Carmen Javier Lucía Alejandro
  Katarzyna Piotr Agnieszka Zofia Olena Andriy Natalia Dmitri Elena Sergei Minh Linh Wei Mei Yuki Kenji Priya Arjun Fatima Ahmed Layla Omar
  Ingrid Lars Freja Mikael Ilona Gábor`.split(/\s+/);
const FAMILY =
  `Novotná Svoboda Dvořáková Černý Procházka Kučerová Veselý Horáková Marek Pospíšil Beneš Fialová Müller Schneider Fischer
  Wagner Hoffmann Schäfer Koch Richter Dubois Lefèvre Moreau Girard Smith Johnson Taylor Walker Wright Thompson Rossi Ferrari Esposito
  Ricci García Fernández Romero Navarro Kowalska Wójcik Kamińska Shevchenko Bondarenko Kuznetsova Morozov Popova Nguyen Tran Zhang Liu Tanaka
  Suzuki Sharma Patel Hansen Lindqvist Nielsen Nagy Szabó Horváth`.split(/\s+/);

/** So many different names of people who are on no list, spread evenly over all that can be made. */
export function ordinaryNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const given = GIVEN[index % GIVEN.length];
    const family = FAMILY[Math.floor(index / GIVEN.length) % FAMILY.length];
    const round = Math.floor(index / (GIVEN.length * FAMILY.length));
    const second = round === 0 ? [] : [GIVEN[(index + 17 * round) % GIVEN.length]];
    return [given, ...second, family].join(' ');
  });
}

/** A choice of 0 to `below` - 1. */
export type Choose = (below: number) => number;

/** Choices that a seed decides (mulberry32). */
export function choices(seed: number): Choose {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A name with a letter too many, too few, wrong, or in the wrong place, in one of its longest words. */
export function misspelt(name: string, choose: Choose): string {
  const words = name.split(' ');
  const longest = Math.max(...words.map(({ length }) => length));
  const at = words.findIndex(({ length }) => length === longest);
  return words.with(at, misspeltWord(words[at] ?? '', choose)).join(' ');
}

function misspeltWord(word: string, choose: Choose): string {
  const at = 1 + choose(Math.max(1, word.length - 2));
  const letter = String.fromCharCode(97 + choose(26));
  const [before, here, after] = [word.slice(0, at), word.slice(at, at + 1), word.slice(at + 1)];
  return [
    `${before}${after}`,
    `${before}${letter}${here}${after}`,
    `${before}${letter}${after}`,
    `${before}${after.slice(0, 1)}${here}${after.slice(1)}`,
  ][choose(4)] as string;
}

/** A name with its words in another order. */
export function reordered(name: string, choose: Choose): string {
  const words = name.replaceAll(',', '').split(' ');
  for (let left = words.length - 1; left > 0; left -= 1) {
    const other = choose(left + 1);
    [words[left], words[other]] = [words[other] ?? '', words[left] ?? ''];
  }
  return words.join(' ');
}

const CYRILLIC: readonly (readonly [string, string])[] = Object.entries({
  shch: 'щ',
  zh: 'ж',
  kh: 'х',
  ts: 'ц',
  ch: 'ч',
  sh: 'ш',
  yu: 'ю',
  ya: 'я',
  ph: 'ф',
  th: 'т',
  ck: 'к',
  x: 'кс',
  qu: 'кв',
  a: 'а',
  b: 'б',
  c: 'к',
  d: 'д',
  e: 'е',
  f: 'ф',
  g: 'г',
  h: 'х',
  i: 'и',
  j: 'дж',
  k: 'к',
  l: 'л',
  m: 'м',
  n: 'н',
  o: 'о',
  p: 'п',
  q: 'к',
  r: 'р',
  s: 'с',
  t: 'т',
  u: 'у',
  v: 'в',
  w: 'в',
  y: 'й',
  z: 'з',
});

/** A name in Cyrillic letters, as its sounds are written there. */
export function inCyrillic(name: string): string {
  return CYRILLIC.reduce((text, [latin, cyrillic]) => text.replaceAll(latin, cyrillic), name.toLowerCase());
}

const GERMAN: readonly (readonly [RegExp, string])[] = [
  [/sh/g, 'sch'],
  [/v/g, 'w'],
  [/y/g, 'j'],
  [/kh/g, 'ch'],
  [/u/g, 'ou'],
  [/ee/g, 'i'],
];

/** A name in Latin letters, as another language writes its sounds. */
export function spelltElsewhere(name: string): string {
  return GERMAN.reduce((text, [spelling, other]) => text.replace(spelling, other), name.toLowerCase());
}
