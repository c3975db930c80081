// Numbers of payment cards (ISO/IEC 7812-1): the issuer's identification number, the account's part, and a check digit by
// the formula of Luhn.

/** The check digit that belongs behind these digits. */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (const [index, digit] of digits.split('').reverse().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Whether it is a number of a card: 12 to 19 digits, the last of which fits. */
export function isCardNumber(number: string): boolean {
  return /^[0-9]{12,19}$/.test(number) && checkDigit(number.slice(0, -1)) === number.slice(-1);
}

/** A number of sixteen digits with this identification of the issuer, and this part of the account's. */
export function cardNumber(issuer: string, serial: bigint): string {
  const digits = `${issuer}${String(serial).padStart(15 - issuer.length, '0')}`;
  if (digits.length !== 15) throw new Error(`a card has no number with the part ${serial}`);
  return `${digits}${checkDigit(digits)}`;
}
