// The data elements of ISO 8583 (1987) that the bank reads and writes: their formats. Amounts are digits of minor units.

/** How an element is written: so many characters, or up to so many behind their count in two or three digits. */
export interface FieldFormat {
  readonly kind: 'n' | 'an' | 'ans';
  readonly length: number;
  /** Digits of the count before it; 0 where the length is fixed. */
  readonly counted: 0 | 2 | 3;
}

const fixed = (kind: FieldFormat['kind'], length: number): FieldFormat => ({ kind, length, counted: 0 });
const upTo = (kind: FieldFormat['kind'], length: number): FieldFormat => ({
  kind,
  length,
  counted: length > 99 ? 3 : 2,
});

/** By the number of the element. */
export const FIELDS: Readonly<Record<number, FieldFormat>> = {
  // The number of the card.
  2: upTo('n', 19),
  // The processing code: what is asked, from which account, to which.
  3: fixed('n', 6),
  // The amount of the transaction.
  4: fixed('n', 12),
  // The date and time of transmission, MMDDhhmmss.
  7: fixed('n', 10),
  // The systems trace audit number.
  11: fixed('n', 6),
  // Local time and date.
  12: fixed('n', 6),
  13: fixed('n', 4),
  // The last month of the card, YYMM.
  14: fixed('n', 4),
  // The merchant's category.
  18: fixed('n', 4),
  // How the number came to the terminal.
  22: fixed('n', 3),
  // The acquiring institution.
  32: upTo('n', 11),
  // The retrieval reference number.
  37: fixed('an', 12),
  // The approval code.
  38: fixed('an', 6),
  // The response code.
  39: fixed('an', 2),
  // Terminal and merchant.
  41: fixed('ans', 8),
  42: fixed('ans', 15),
  // Name, city and country of the merchant: 25, 13 and 2 characters.
  43: fixed('ans', 40),
  // The currency of the transaction, the digits of ISO 4217.
  49: fixed('n', 3),
  // What the two sides have agreed on: here, whether less than all may be approved.
  60: upTo('ans', 999),
  // What a message of network management is about: 001 sign-on, 301 echo.
  70: fixed('n', 3),
  // The message that is meant: its type, trace number, transmission time, acquirer and forwarder.
  90: fixed('n', 42),
  // Amounts that take the place of others: the first twelve digits are that of the transaction.
  95: fixed('an', 42),
};
