// The shapes of which messages are described: what stands in an element, in which order and how often. The order of the
// fields of a sequence is that of the standard. From a description follow the reader, the writer and the type of a message.

/** A value as text: `accepts` tells whether a text is one, `name` what it should be. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
  accepts(text: string): boolean;
}

/** An amount with its currency in the attribute `Ccy`. */
export interface AmountShape {
  readonly kind: 'amount';
  readonly value: Leaf;
  readonly currency: Leaf;
}

/** Rare parts of the standard that this bank acts on in no way: kept as they come, and written as they came. */
export interface KeptShape {
  readonly kind: 'kept';
}

/** Elements in their order. */
export interface SequenceShape<F extends Fields = Fields> {
  readonly kind: 'sequence';
  readonly fields: F;
}

/** Exactly one of several elements. */
export interface ChoiceShape<F extends Fields = Fields> {
  readonly kind: 'choice';
  readonly fields: F;
}

export type Shape = Leaf | AmountShape | KeptShape | SequenceShape | ChoiceShape;

/** An element that need not be there. */
export interface Optional<S extends Shape = Shape> {
  readonly kind: 'optional';
  readonly of: S;
}

/** An element that may stand there several times. */
export interface Many<S extends Shape = Shape, L extends 0 | 1 = 0 | 1> {
  readonly kind: 'many';
  readonly of: S;
  readonly least: L;
  readonly most: number;
}

/** What always is in its sequence. */
type Needed = Shape | Many<Shape, 1>;

export type Field = Shape | Optional | Many;
export type Fields = Readonly<Record<string, Field>>;

/** An amount as it is written: any decimal string that the standard allows, `5`, `5.00000` or `.5`. */
export interface IsoAmount {
  readonly Ccy: string;
  readonly value: string;
}

/** An element that is kept: its children in their order. `namespace` only where it is another than the message's. */
export interface KeptElement {
  readonly name: string;
  readonly namespace?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children: readonly (KeptElement | string)[];
}

/** What a shape holds. */
export type Value<S> = S extends Leaf
  ? string
  : S extends AmountShape
    ? IsoAmount
    : S extends KeptShape
      ? KeptElement
      : S extends SequenceShape<infer F>
        ? { readonly [K in keyof F as F[K] extends Needed ? K : never]: Value<F[K]> } & {
            readonly [K in keyof F as F[K] extends Needed ? never : K]?: Value<F[K]> | undefined;
          }
        : S extends ChoiceShape<infer F>
          ? { readonly [K in keyof F]?: Value<F[K]> | undefined }
          : S extends Optional<infer O>
            ? Value<O>
            : S extends Many<infer M>
              ? readonly Value<M>[]
              : never;

export const kept: KeptShape = { kind: 'kept' };

export function sequence<const F extends Fields>(fields: F): SequenceShape<F> {
  return { kind: 'sequence', fields };
}

export function choice<const F extends Fields>(fields: F): ChoiceShape<F> {
  return { kind: 'choice', fields };
}

export function optional<S extends Shape>(of: S): Optional<S> {
  return { kind: 'optional', of };
}

/** None, or up to `most`. */
export function many<S extends Shape>(of: S, most = Number.POSITIVE_INFINITY): Many<S, 0> {
  return { kind: 'many', of, least: 0, most };
}

/** One, or up to `most`. */
export function some<S extends Shape>(of: S, most = Number.POSITIVE_INFINITY): Many<S, 1> {
  return { kind: 'many', of, least: 1, most };
}

/** What stands in an element, how often it has to be there at least, and may be there at most. */
export function occurrence(field: Field): { readonly shape: Shape; readonly least: 0 | 1; readonly most: number } {
  if (field.kind === 'optional') return { shape: field.of, least: 0, most: 1 };
  if (field.kind === 'many') return { shape: field.of, least: field.least, most: field.most };
  return { shape: field, least: 1, most: 1 };
}
