// Arrays as parameters of bulk statements.

/**
 * An array of numbers, dates or ids as PostgreSQL writes one. The driver would quote and escape every element, which of
 * these none needs: on the path of money that is a tenth of the time of a statement.
 */
export function plainArray(values: readonly (bigint | number | string | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
