// Why a message is not taken: where, and what is wrong there, in words of ours. What stands there may be personal, and is not told.

export type IsoReason =
  /** No well-formed XML. */
  | 'XML_MALFORMED'
  /** Another encoding than UTF-8. */
  | 'XML_NOT_UTF8'
  /** A document type, and what it could declare: never needed, and a way to attack. */
  | 'XML_DOCUMENT_TYPE'
  | 'XML_TOO_DEEP'
  | 'XML_TOO_LARGE'
  /** No message, or one that this bank does not speak. */
  | 'MESSAGE_UNKNOWN'
  | 'ELEMENT_UNKNOWN'
  | 'ELEMENT_MISPLACED'
  | 'ELEMENT_MISSING'
  | 'ELEMENT_REPEATED'
  | 'TEXT_UNEXPECTED'
  | 'VALUE_INVALID'
  | 'ATTRIBUTE_UNKNOWN'
  | 'ATTRIBUTE_MISSING'
  /** There are not as many items as the message says. */
  | 'COUNT_MISMATCH'
  /** The amounts do not add up to what the message says. */
  | 'SUM_MISMATCH'
  /** The official schema says no. */
  | 'SCHEMA_VIOLATED';

/** Names of elements are the sender's, of any length; those of the standard come near this nowhere. */
const LONGEST_PATH = 500;

/** A message that is not taken. */
export class IsoRefusal extends Error {
  readonly reason: IsoReason;
  /** The element, e.g. `/Document/CstmrCdtTrfInitn/GrpHdr/MsgId`. Empty where there is none yet. */
  readonly path: string;
  /** What it should be. */
  readonly expected: string;

  constructor(reason: IsoReason, path: string, expected = '') {
    const shown = path.slice(0, LONGEST_PATH);
    super(`${reason}${shown && ` at ${shown}`}${expected && `: ${expected}`}`);
    this.name = 'IsoRefusal';
    this.reason = reason;
    this.path = shown;
    this.expected = expected;
  }
}
