// What commands print: one JSON document with --json, else text for a person. Failures and progress go to stderr.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { surroundings } from './surroundings.ts';

/** Where a command writes. */
export interface Output {
  readonly json: boolean;
  /** Prints a message of the contract as JSON, or the text that `human` makes of it. */
  message<D extends DescMessage>(
    schema: D,
    message: MessageShape<D>,
    human: () => string | Promise<string>,
  ): Promise<void>;
  /** Prints a document as JSON, or the text that `human` makes of it. */
  document(document: unknown, human: () => string | Promise<string>): Promise<void>;
  /** Prints text as it is. */
  text(text: string): Promise<void>;
  /** Writes bytes as they are, a document of the bank's. */
  bytes(written: Uint8Array): Promise<void>;
  /** Says something to a person, on stderr; never with --json. */
  note(text: string): void;
}

/** Writes to the streams of the run. */
export function output(json: boolean): Output {
  const { stdout, stderr } = surroundings();
  const write = (written: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      stdout.write(written, (error) => (error ? reject(error) : resolve()));
    });
  const text = (written: string): Promise<void> => write(written);
  const line = (written: string): Promise<void> => text(written.endsWith('\n') ? written : `${written}\n`);
  const document: Output['document'] = async (value, human) =>
    line(json ? JSON.stringify(value, null, 2) : await human());
  return {
    json,
    document,
    text,
    bytes: write,
    async message(schema, message, human) {
      const { toJson } = await import('@bufbuild/protobuf');
      await document(json ? toJson(schema, message) : undefined, human);
    },
    note(written) {
      if (!json) stderr.write(`${written}\n`);
    },
  };
}

/** A table for a person. Cells under `right` stand on the right, as figures do. */
export async function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const chars = Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
      .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
      .map((name) => [name, '']),
  );
  const drawn = new Table({
    head: [...head],
    colAligns: head.map((name) => (right.includes(name) ? 'right' : 'left')),
    chars: { ...chars, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) drawn.push([...row]);
  const text = drawn.toString();
  return text.replaceAll(/ +$/gm, '');
}

/** Names and values, one a line, for a person. Lines without a value are left out. */
export function fields(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** An amount for a person, e.g. `12.50 EUR`. */
export function money(value: { readonly currencyCode: string; readonly amount: string } | undefined): string {
  return value ? `${value.amount} ${value.currencyCode}` : '';
}

/** A value of an enum for a person: `BACK_OFFICE` is `back-office`. */
export function word(names: Readonly<Record<string, string | number>>, value: number): string {
  const name = Object.entries(names).find(([, candidate]) => candidate === value)?.[0];
  return (name ?? String(value)).toLowerCase().replaceAll('_', '-');
}
