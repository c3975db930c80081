// What a reader keeps of an element that has begun: what may come in it, and what has come.
import { IsoRefusal } from './refusal.ts';
import { type AmountShape, type Fields, type KeptElement, type Leaf, occurrence, type Shape } from './shape.ts';

/** An element that has begun. */
export interface Frame {
  readonly name: string;
  attributes(attributes: ReadonlyMap<string, string>, path: string): void;
  text(text: string, path: () => string): void;
  /** The frame of a child that begins. */
  child(name: string, namespace: string, path: () => string): Frame;
  /** Takes the value of a child that has ended. */
  add(name: string, value: unknown): void;
  /** The value of the element, which ends. */
  end(path: () => string): unknown;
}

/** The longest text of one element. */
const LONGEST_TEXT = 2 ** 16;
const BLANK = /^[ \t\r\n]*$/;

/** How the namespace of an attribute is written before its name. */
export function prefixed(namespace: string): string {
  return `{${namespace}}`;
}

function noAttributes(attributes: ReadonlyMap<string, string>, path: string): void {
  for (const name of attributes.keys()) throw new IsoRefusal('ATTRIBUTE_UNKNOWN', `${path}/@${name}`);
}

/** An element of text. */
export class LeafFrame implements Frame {
  readonly name: string;
  readonly #shape: Leaf | AmountShape;
  #text = '';
  #currency: string | undefined;

  constructor(name: string, shape: Leaf | AmountShape) {
    this.name = name;
    this.#shape = shape;
  }

  attributes(attributes: ReadonlyMap<string, string>, path: string): void {
    if (this.#shape.kind === 'leaf') {
      noAttributes(attributes, path);
      return;
    }
    const { Ccy: currency, ...others } = Object.fromEntries(attributes);
    noAttributes(new Map(Object.entries(others)), path);
    if (currency === undefined) throw new IsoRefusal('ATTRIBUTE_MISSING', `${path}/@Ccy`);
    if (!this.#shape.currency.accepts(currency)) {
      throw new IsoRefusal('VALUE_INVALID', `${path}/@Ccy`, this.#shape.currency.name);
    }
    this.#currency = currency;
  }

  text(text: string, path: () => string): void {
    this.#text += text;
    if (this.#text.length > LONGEST_TEXT) throw new IsoRefusal('XML_TOO_LARGE', path());
  }

  child(name: string, _: string, path: () => string): Frame {
    throw new IsoRefusal('ELEMENT_UNKNOWN', `${path()}/${name}`);
  }

  add(): void {}

  end(path: () => string): unknown {
    const leaf = this.#shape.kind === 'leaf' ? this.#shape : this.#shape.value;
    if (!leaf.accepts(this.#text)) throw new IsoRefusal('VALUE_INVALID', path(), leaf.name);
    return this.#shape.kind === 'leaf' ? this.#text : { Ccy: this.#currency, value: this.#text };
  }
}

/** An element that is kept as it comes. */
export class KeptFrame implements Frame {
  readonly name: string;
  readonly #namespace: string;
  readonly #own: string;
  readonly #children: (KeptElement | string)[] = [];
  #attributes: Readonly<Record<string, string>> = {};
  #length = 0;

  constructor(name: string, namespace: string, own: string) {
    this.name = name;
    this.#namespace = namespace;
    this.#own = own;
  }

  attributes(attributes: ReadonlyMap<string, string>): void {
    this.#attributes = Object.fromEntries(attributes);
  }

  text(text: string, path: () => string): void {
    this.#length += text.length;
    if (this.#length > LONGEST_TEXT) throw new IsoRefusal('XML_TOO_LARGE', path());
    const last = this.#children.at(-1);
    if (typeof last === 'string') this.#children[this.#children.length - 1] = last + text;
    else this.#children.push(text);
  }

  child(name: string, namespace: string): Frame {
    return new KeptFrame(name, namespace, this.#own);
  }

  add(_: string, value: unknown): void {
    this.#children.push(value as KeptElement);
  }

  end(): KeptElement {
    return {
      name: this.name,
      ...(this.#namespace !== this.#own && { namespace: this.#namespace }),
      ...(Object.keys(this.#attributes).length > 0 && { attributes: this.#attributes }),
      children: this.#children,
    };
  }
}

/** An element of elements, in an order or one of several. */
export class ElementFrame implements Frame {
  readonly name: string;
  readonly value: Record<string, unknown> = {};
  readonly #isChoice: boolean;
  readonly #children: Children;
  readonly #namespace: string;
  #at = 0;
  #count = 0;

  constructor(name: string, shape: { readonly kind: string; readonly fields: Fields }, namespace: string) {
    this.name = name;
    this.#isChoice = shape.kind === 'choice';
    this.#children = childrenOf(shape.fields);
    this.#namespace = namespace;
  }

  attributes(attributes: ReadonlyMap<string, string>, path: string): void {
    noAttributes(attributes, path);
  }

  text(text: string, path: () => string): void {
    if (!BLANK.test(text)) throw new IsoRefusal('TEXT_UNEXPECTED', path());
  }

  child(name: string, namespace: string, path: () => string): Frame {
    const index = namespace === this.#namespace ? this.#children.indexes.get(name) : undefined;
    if (index === undefined) throw new IsoRefusal('ELEMENT_UNKNOWN', `${path()}/${name}`);
    const child = this.#children.list[index] as Child;
    if (this.#isChoice ? this.#count > 0 && index !== this.#at : index < this.#at) {
      throw new IsoRefusal('ELEMENT_MISPLACED', `${path()}/${name}`);
    }
    if (index !== this.#at) {
      if (!this.#isChoice) this.#requireUpTo(index, path);
      this.#at = index;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count > child.most) throw new IsoRefusal('ELEMENT_REPEATED', `${path()}/${name}`);
    return frameOf(name, child.shape, namespace);
  }

  add(name: string, value: unknown): void {
    const most = this.#children.list[this.#at]?.most ?? 1;
    if (most === 1) this.value[name] = value;
    else if (this.value[name] === undefined) this.value[name] = [value];
    else (this.value[name] as unknown[]).push(value);
  }

  end(path: () => string): unknown {
    if (!this.#isChoice) this.#requireUpTo(this.#children.list.length, path);
    else if (this.#count === 0) {
      throw new IsoRefusal('ELEMENT_MISSING', path(), `one of ${[...this.#children.indexes.keys()].join(', ')}`);
    }
    return this.value;
  }

  /** Refuses when a child is missing that has to stand before the one at an index. */
  #requireUpTo(index: number, path: () => string): void {
    const from = this.#count > 0 ? this.#at + 1 : this.#at;
    const missing = this.#children.list.slice(from, index).find(({ least }) => least > 0);
    if (missing) throw new IsoRefusal('ELEMENT_MISSING', `${path()}/${missing.name}`);
  }
}

/** `Document`. */
export class RootFrame extends ElementFrame {
  constructor(root: string, shape: Shape, namespace: string) {
    super('Document', { kind: 'sequence', fields: { [root]: shape } }, namespace);
  }
}

interface Child {
  readonly name: string;
  readonly shape: Shape;
  readonly least: 0 | 1;
  readonly most: number;
}

interface Children {
  readonly list: readonly Child[];
  readonly indexes: ReadonlyMap<string, number>;
}

const known = new WeakMap<Fields, Children>();

/** The children that a shape describes, in their order. */
export function childrenOf(fields: Fields): Children {
  const found = known.get(fields);
  if (found) return found;
  const list = Object.entries(fields).map(([name, field]) => ({ name, ...occurrence(field) }));
  const children = { list, indexes: new Map(list.map(({ name }, index) => [name, index])) };
  known.set(fields, children);
  return children;
}

function frameOf(name: string, shape: Shape, namespace: string): Frame {
  switch (shape.kind) {
    case 'leaf':
    case 'amount':
      return new LeafFrame(name, shape);
    case 'kept':
      return new KeptFrame(name, namespace, namespace);
    default:
      return new ElementFrame(name, shape, namespace);
  }
}
