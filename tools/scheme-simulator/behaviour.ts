// How the simulator misbehaves: as the name of a creditor says, by its first words.

/** What is done with one payment. */
export interface Behaviour {
  /** Rejected for this reason, in place of being settled. */
  readonly rejects?: string;
  /** Settled, and then returned by the other bank for this reason. */
  readonly returns?: string;
  /** Settled, and not given back when it is asked back, for this reason. */
  readonly keeps?: string;
  /** Answered only when it has been sent so often. */
  readonly silentFor: number;
  /** So often the connection is cut after the message was taken, without an answer. */
  readonly deafFor: number;
  /** So often nothing is taken: 503. */
  readonly busyFor: number;
  /** Everything is said twice. */
  readonly twice: boolean;
  /** How long an answer takes. */
  readonly delayMs: number;
}

const SLOW_MS = 2_000;

/** The behaviour of a name: `REJECT AC04`, `RETURN MD07`, `KEEP CUST`, `SILENT 3`, `DEAF`, `BUSY 2`, `TWICE`, `SLOW`; anything else is settled. */
export function behaviourOf(name: string): Behaviour {
  const [word = '', second = ''] = name.trim().toUpperCase().split(/\s+/);
  const count = /^\d$/.test(second) ? Number(second) : 1;
  const code = /^[A-Z0-9]{4}$/.test(second) ? second : undefined;
  return {
    ...(word === 'REJECT' && { rejects: code ?? 'AC04' }),
    ...(word === 'KEEP' && { keeps: code ?? 'CUST' }),
    ...(word === 'RETURN' && { returns: code ?? 'MD07' }),
    silentFor: word === 'SILENT' ? count : 0,
    deafFor: word === 'DEAF' ? count : 0,
    busyFor: word === 'BUSY' ? count : 0,
    twice: word === 'TWICE',
    delayMs: word === 'SLOW' ? SLOW_MS : 0,
  };
}

/** Whose an account is that is asked about by a name: `CLOSE Erika Mustermann`, `OTHER`, `UNKNOWN`; anything else is the name. */
export function verificationOf(name: string): { readonly partyNameMatch: string; readonly matchedName?: string } {
  const [word = '', ...rest] = name.trim().split(/\s+/);
  const code = { CLOSE: 'CMTC', OTHER: 'NMTC', UNKNOWN: 'NOAP' }[word.toUpperCase()] ?? 'MTCH';
  return { partyNameMatch: code, ...(code === 'CMTC' && { matchedName: rest.join(' ') }) };
}
