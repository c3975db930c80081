const NUMBER = /^-?\d+(\.\d+)?$/;
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * A cell of a CSV file that a spreadsheet does not take for a formula: a text that begins like one gets an apostrophe
 * before it. Plain numbers, negative ones too, stay as they are.
 */
export function guardCell(text: string): string {
  return FORMULA.test(text.trimStart() || text) && !NUMBER.test(text) ? `'${text}` : text;
}
