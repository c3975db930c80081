// Whether a message has as many payments as it says, and whether they add up: exactly, whatever the number of decimals.
import type { ItemsDefinition } from './definitions.ts';
import { IsoRefusal } from './refusal.ts';

/** More digits after the point than any value of the standard has. */
const SCALE = 17;

interface Total {
  count: bigint;
  sum: bigint;
}

/** What is counted of one message. */
export interface Totals {
  /** Counts an item. */
  add(item: unknown): void;
  /** Holds a group of items that has ended against its own count and sum. */
  endGroup(group: unknown, path: string): void;
  /** Holds all items against the header. */
  end(header: unknown, path: string): void;
}

export function totalsOf({ amounts }: ItemsDefinition): Totals {
  const all: Total = { count: 0n, sum: 0n };
  let group: Total = { count: 0n, sum: 0n };
  return {
    add(item) {
      const amount = amounts.map((path) => at(item, path)).find((found) => found !== undefined);
      const value = at(amount, ['value']);
      const scaled = scaledOf(typeof value === 'string' ? value : '0');
      for (const total of [all, group]) {
        total.count += 1n;
        total.sum += scaled;
      }
    },
    endGroup(value, path) {
      check(group, value, path);
      group = { count: 0n, sum: 0n };
    },
    end: (header, path) => check(all, header, path),
  };
}

function check({ count, sum }: Total, value: unknown, path: string): void {
  const saidCount = at(value, ['NbOfTxs']);
  const saidSum = at(value, ['CtrlSum']);
  if (typeof saidCount === 'string' && BigInt(saidCount) !== count) {
    throw new IsoRefusal('COUNT_MISMATCH', `${path}/NbOfTxs`, `${count} payments`);
  }
  if (typeof saidSum === 'string' && scaledOf(saidSum) !== sum) {
    throw new IsoRefusal('SUM_MISMATCH', `${path}/CtrlSum`, 'the sum of the amounts');
  }
}

/** A decimal string times ten to the power of SCALE. */
function scaledOf(decimal: string): bigint {
  const [, sign = '', whole = '', part = ''] = /^\s*([+-]?)([0-9]*)\.?([0-9]*)\s*$/.exec(decimal) ?? [];
  const magnitude = BigInt(whole + part.slice(0, SCALE).padEnd(SCALE, '0') || '0');
  return sign === '-' ? -magnitude : magnitude;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, name) => (typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[name] : undefined),
    value,
  );
}
