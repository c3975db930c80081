const NUMBER = /^-?\d+(\.\d+)?$/;
/** What a spreadsheet takes for the beginning of a formula, full-width forms too, or for the end of the cell. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/**
 * A cell of a CSV file that a spreadsheet does not take for a formula: a text that begins like one gets an apostrophe
 * before it. Plain numbers, negative ones too, stay as they are.
 */
export function guardCell(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
