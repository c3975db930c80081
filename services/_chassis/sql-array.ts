// Arrays as parameters of bulk statements.

const PLAIN = /^[\w-]+$/;

/**
 * An array of numbers, dates or ids as PostgreSQL writes one. Throws when an element is anything else. The driver would quote and escape every element, which of
 * these none needs: on the path of money that is a tenth of the time of a statement.
 */
export function plainArray(values: readonly (bigint | number | string | null)[]): string {
  const other = values.find((value) => typeof value === 'string' && !PLAIN.test(value));
  if (other !== undefined) throw new Error('an element of a plain array is neither a number, a date nor an id');
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
