// Who is on the other side of a payment, as its text names them: a name, a number, or both (`Erika Mustermann, DE89…`).
import { isValid, normalise } from '#rules/iban.ts';

/** The two parts of such a text; a part that is not there is empty. */
export function counterpartyOf(text: string): { readonly name: string; readonly iban: string } {
  const at = text.lastIndexOf(',');
  const last = normalise(text.slice(at + 1));
  if (!isValid(last)) return { name: text.trim(), iban: '' };
  return { name: text.slice(0, Math.max(at, 0)).trim(), iban: last };
}
