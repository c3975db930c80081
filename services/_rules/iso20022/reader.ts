// Reads a message as its bytes come, held against its description element by element, so that what is wrong is refused where
// it stands, and a file of any length needs no more memory than one of its payments.
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { definitionOf, type Message, type MessageName, messageOf } from './definitions.ts';
import { ElementFrame, type Frame, prefixed, RootFrame } from './frames.ts';
import { IsoRefusal } from './refusal.ts';
import { type Totals, totalsOf } from './totals.ts';

/** No message of the standard comes near these. */
const DEEPEST = 40;
const MOST_ATTRIBUTES = 32;
/** A message that is read whole. */
const LONGEST_MESSAGE = 16 * 2 ** 20;
/** What may come before the next payment of a message whose payments are handed on. */
const LONGEST_ITEM = 2 ** 20;

/** Hands a payment on in place of keeping it: with the group in which it stands, as far as that has come. */
export type TakeItem = (item: unknown, group: Readonly<Record<string, unknown>>, index: number) => void;

/** Reads one message. Everything may throw an IsoRefusal; after that it is of no more use. */
export interface Reader {
  /** Reads on. */
  write(bytes: Uint8Array): void;
  /** The message; without its payments where these were handed on. */
  end(): Message;
  /** The header, once it has been read. */
  header(): unknown;
}

/** A message that is there as a whole. */
export function readMessage(bytes: Uint8Array): Message {
  const reader = openReader();
  reader.write(bytes);
  return reader.end();
}

/** Starts to read a message. */
export function openReader(takeItem?: TakeItem): Reader {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const building = new Building(takeItem);
  const parser = parserFor(building);
  const longest = takeItem ? LONGEST_ITEM : LONGEST_MESSAGE;
  let since = 0;
  let items = 0;

  function feed(text: string): void {
    since += text.length;
    parser.write(text);
    if (takeItem && building.items > items) since = 0;
    items = building.items;
    if (since > longest) throw new IsoRefusal('XML_TOO_LARGE', building.path);
  }

  return {
    write(bytes) {
      // In pieces, so that what is far too long is refused before it is read.
      for (let from = 0; from < bytes.length; from += PIECE) {
        feed(decoded(() => decoder.decode(bytes.subarray(from, from + PIECE), { stream: true })));
      }
    },
    end() {
      feed(decoded(() => decoder.decode()));
      parser.close();
      return building.message();
    },
    header: () => building.header(),
  };
}

const PIECE = 2 ** 16;

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new IsoRefusal('XML_NOT_UTF8', '');
  }
}

function parserFor(building: Building): SaxesParser<{ xmlns: true }> {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', ({ message }) => {
    throw new IsoRefusal('XML_MALFORMED', building.path, message.replace(/[^\x20-\x7e]/g, '?').slice(0, 200));
  });
  parser.on('doctype', () => {
    throw new IsoRefusal('XML_DOCUMENT_TYPE', '');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') throw new IsoRefusal('XML_NOT_UTF8', '');
  });
  parser.on('opentag', (tag) => building.open(tag));
  parser.on('text', (text) => building.text(text));
  parser.on('cdata', (text) => building.text(text));
  parser.on('closetag', () => building.close());
  return parser;
}

/** The message, as far as it has come. */
class Building {
  items = 0;
  readonly #takeItem: TakeItem | undefined;
  readonly #frames: Frame[] = [];
  #name: MessageName | undefined;
  #totals: Totals | undefined;
  #content: Record<string, unknown> | undefined;

  constructor(takeItem: TakeItem | undefined) {
    this.#takeItem = takeItem;
  }

  get path(): string {
    return this.#frames.map(({ name }) => `/${name}`).join('');
  }

  open({ local, uri, attributes }: SaxesTagNS): void {
    const parent = this.#frames.at(-1);
    if (this.#frames.length >= DEEPEST) throw new IsoRefusal('XML_TOO_DEEP', this.path);
    const own = Object.values(attributes).filter(({ uri: of }) => of !== XMLNS);
    if (own.length > MOST_ATTRIBUTES) throw new IsoRefusal('XML_TOO_LARGE', this.path);
    if (parent) this.#frames.push(parent.child(local, uri, () => this.path));
    else this.#openDocument(local, uri);
    const frame = this.#frames.at(-1);
    const said = parent ? own : own.filter(({ uri: of }) => of !== XSI);
    frame?.attributes(new Map(said.map((one) => [keyOf(one), one.value])), this.path);
  }

  text(text: string): void {
    this.#frames.at(-1)?.text(text, () => this.path);
  }

  close(): void {
    const frame = this.#frames.at(-1);
    if (!frame) return;
    const value = frame.end(() => this.path);
    const role = this.#roleOf(frame);
    if (role === 'item') this.#totals?.add(value);
    if (role === 'group') this.#totals?.endGroup(value, this.path);
    if (role === 'root') this.#totals?.end((value as Record<string, unknown>)['GrpHdr'], `${this.path}/GrpHdr`);
    this.#frames.pop();
    const parent = this.#frames.at(-1);
    if (role === 'root') this.#content = value as Record<string, unknown>;
    if (role === 'item') this.#take(value, parent);
    // What is handed on is not kept, nor is the group around it.
    if (!this.#takeItem || (role !== 'item' && role !== 'group')) parent?.add(frame.name, value);
  }

  message(): Message {
    if (!this.#name || !this.#content) throw new IsoRefusal('XML_MALFORMED', '');
    return { name: this.#name, content: this.#content } as Message;
  }

  header(): unknown {
    const root = this.#frames[1];
    return root instanceof ElementFrame ? root.value['GrpHdr'] : this.#content?.['GrpHdr'];
  }

  #openDocument(local: string, uri: string): void {
    this.#name = local === 'Document' ? messageOf(uri) : undefined;
    if (!this.#name)
      throw new IsoRefusal('MESSAGE_UNKNOWN', `/${local}`, `Document of a message, not ${uri || 'none'}`);
    const definition = definitionOf(this.#name);
    if (definition.items) this.#totals = totalsOf(definition.items);
    this.#frames.push(new RootFrame(definition.root, definition.shape, uri));
  }

  /** What an element is to the counts and sums of the message. */
  #roleOf(frame: Frame): 'root' | 'group' | 'item' | undefined {
    const items = this.#name && definitionOf(this.#name).items;
    const depth = this.#frames.length;
    if (depth === 2) return 'root';
    if (items?.group === frame.name && depth === 3) return 'group';
    return items?.element === frame.name && depth === (items.group ? 4 : 3) ? 'item' : undefined;
  }

  #take(item: unknown, group: Frame | undefined): void {
    if (this.#takeItem && group instanceof ElementFrame) this.#takeItem(item, group.value, this.items);
    this.items += 1;
  }
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** An attribute by its name, before it its namespace where it has one. */
function keyOf({ local, uri, prefix }: SaxesAttributeNS): string {
  return prefix === '' ? local : `${prefixed(uri)}${local}`;
}
