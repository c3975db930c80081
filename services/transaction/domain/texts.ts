// Texts as they are compared when somebody looks for one.
import anyAscii from 'any-ascii';

const SPACES = /\s+/g;

/** A text without what people do not remember of it: case, accents, spaces. */
export function fold(text: string): string {
  return anyAscii(text).toLowerCase().replace(SPACES, '');
}
