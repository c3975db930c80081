// International bank account numbers (ISO 13616). The formats of the countries, and their own checks on the part behind
// the check digits, are ibantools'.
import { composeIBAN, countrySpecs, isValidIBAN } from 'ibantools';

const CHECK_DIGITS = 100n;

/**
 * The number of the bank's account with this serial: country, check digits, bank code, and the serial with leading
 * zeros. The last two digits are not the serial's: they are the lowest with which the country's own check passes, where
 * it has one (in CZ, a weighted sum modulo 11). Throws when the country's format has no place for such a number.
 */
export function issue(country: string, bankCode: string, serial: bigint): string {
  const length = (countrySpecs[country]?.chars ?? 0) - 4 - bankCode.length;
  for (let check = 0n; check < CHECK_DIGITS; check += 1n) {
    const account = String(serial * CHECK_DIGITS + check).padStart(Math.max(0, length), '0');
    const iban = composeIBAN({ countryCode: country, bban: bankCode + account });
    if (iban !== null && isValidIBAN(iban)) return iban;
  }
  throw new RangeError(`${country} has no account number for bank ${bankCode} and serial ${serial}`);
}

/** A number as it is compared and stored: without spaces and hyphens, in capitals. */
export function normalise(iban: string): string {
  return iban.replaceAll(/[\s-]/g, '').toUpperCase();
}

/** True for a number, in its normal form, of a country's format whose check digits are right. */
export function isValid(iban: string): boolean {
  return isValidIBAN(iban);
}
