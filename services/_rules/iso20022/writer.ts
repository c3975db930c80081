// Writes a message, held against its description as it is when it is read: what is refused here is a mistake of ours.
import { definitionOf, type Message, namespaceOf } from './definitions.ts';
import { childrenOf } from './frames.ts';
import { IsoRefusal } from './refusal.ts';
import type { ChoiceShape, IsoAmount, KeptElement, SequenceShape, Shape } from './shape.ts';

/** The message as XML. Throws an IsoRefusal for what is no such message. */
export function writeMessage({ name, content }: Message): string {
  const { root, shape } = definitionOf(name);
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n', `<Document xmlns="${namespaceOf(name)}">`];
  writeElement(parts, root, shape, content, `/Document/${root}`);
  parts.push('</Document>\n');
  return parts.join('');
}

function writeElement(parts: string[], name: string, shape: Shape, value: unknown, path: string): void {
  switch (shape.kind) {
    case 'leaf': {
      if (typeof value !== 'string' || !shape.accepts(value)) throw new IsoRefusal('VALUE_INVALID', path, shape.name);
      parts.push(`<${name}>${escaped(value)}</${name}>`);
      return;
    }
    case 'amount': {
      const { Ccy, value: amount } = value as Partial<IsoAmount>;
      if (Ccy === undefined || !shape.currency.accepts(Ccy)) throw new IsoRefusal('VALUE_INVALID', `${path}/@Ccy`);
      if (amount === undefined || !shape.value.accepts(amount)) throw new IsoRefusal('VALUE_INVALID', path);
      parts.push(`<${name} Ccy="${Ccy}">${escaped(amount)}</${name}>`);
      return;
    }
    case 'kept':
      writeKept(parts, value as KeptElement, name);
      return;
    default:
      parts.push(`<${name}>`);
      writeChildren(parts, shape, value, path);
      parts.push(`</${name}>`);
  }
}

function writeChildren(parts: string[], shape: SequenceShape | ChoiceShape, value: unknown, path: string): void {
  const { list, indexes } = childrenOf(shape.fields);
  if (typeof value !== 'object' || value === null) throw new IsoRefusal('ELEMENT_MISSING', path);
  const given = new Map(Object.entries(value).filter(([, one]) => one !== undefined));
  for (const name of given.keys()) {
    if (!indexes.has(name)) throw new IsoRefusal('ELEMENT_UNKNOWN', `${path}/${name}`);
  }
  if (shape.kind === 'choice' && given.size !== 1) throw new IsoRefusal('ELEMENT_MISSING', path);
  for (const { name, shape: inside, least, most } of list) {
    const one = given.get(name);
    const values: readonly unknown[] = one === undefined ? [] : most === 1 ? [one] : (one as readonly unknown[]);
    const isNeeded = shape.kind === 'sequence' || one !== undefined;
    if (isNeeded && values.length < least) throw new IsoRefusal('ELEMENT_MISSING', `${path}/${name}`);
    if (values.length > most) throw new IsoRefusal('ELEMENT_REPEATED', `${path}/${name}`);
    for (const each of values) writeElement(parts, name, inside, each, `${path}/${name}`);
  }
}

function writeKept(parts: string[], { name, namespace, attributes = {}, children }: KeptElement, own?: string): void {
  const tag = own ?? name;
  parts.push(`<${tag}`);
  if (namespace !== undefined) parts.push(` xmlns="${attribute(namespace)}"`);
  for (const [index, [key, value]] of Object.entries(attributes).entries()) {
    const [, of, local] = /^\{(.*)\}(.*)$/s.exec(key) ?? [];
    if (of === XML) parts.push(` xml:${local}="${attribute(value)}"`);
    else if (of === undefined) parts.push(` ${key}="${attribute(value)}"`);
    else parts.push(` xmlns:a${index}="${attribute(of)}" a${index}:${local}="${attribute(value)}"`);
  }
  parts.push('>');
  for (const child of children) {
    if (typeof child === 'string') parts.push(escaped(child));
    else writeKept(parts, child);
  }
  parts.push(`</${tag}>`);
}

const XML = 'http://www.w3.org/XML/1998/namespace';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Characters that XML has no way to write: a message with them is none. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** A text of somebody's own as XML can write it: nothing that they say keeps a message from being made. */
export function writable(text: string): string {
  return text.replace(/[^\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, ' ');
}

function escaped(text: string): string {
  if (UNWRITABLE.test(text)) throw new IsoRefusal('VALUE_INVALID', '', 'characters of XML');
  return text.replace(/[&<>\r]/g, (character) => ENTITIES[character] ?? character);
}

function attribute(text: string): string {
  return escaped(text.replace(/\r/g, '')).replace(/["\t\n]/g, (character) => ENTITIES[character] ?? character);
}
