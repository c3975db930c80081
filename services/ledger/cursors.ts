// Cursors of streams: how far the watcher of some accounts has come with each of them. A cursor is signed over its accounts,
// so that nobody can make one up or use it for others; it serves every stream over them, at every process of the ledger.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '#chassis/digest.ts';
import { refuse } from './domain/refusals.ts';
import { type Strand, type Strands, strandsOf } from './stripes.ts';

/** Account id, or of a striped account `id/stripe`, → the last version that was seen of it. */
export type Positions = ReadonlyMap<string, bigint>;

/** Where the position of a strand stands. */
export function keyOf({ id, stripe }: Pick<Strand, 'id' | 'stripe'>): string {
  return stripe === 0 ? id : `${id}/${stripe}`;
}

/** Writes and reads the cursors of some accounts. */
export interface Cursors {
  write(positions: Positions): string;
  /** Refuses CURSOR_INVALID. */
  read(cursor: string): Positions;
}

const SIGNATURE_BYTES = 12;

/** The cursors of these accounts, signed with the key of the ledger. Their order does not matter. */
export function cursorsOf(accountIds: readonly string[], key: Buffer): Cursors {
  const ids = accountIds.toSorted();
  const accounts = sha256(ids.join('\0'));
  const sign = (versions: Buffer): Buffer =>
    createHmac('sha256', key).update(accounts).update(versions).digest().subarray(0, SIGNATURE_BYTES);
  return {
    write(positions) {
      // After the accounts, the stripes: each with the place of its account and its number.
      const stripes = [...positions].flatMap(([key, version]) => {
        const [id = '', stripe] = key.split('/');
        return stripe === undefined ? [] : [BigInt(ids.indexOf(id)), BigInt(stripe), version];
      });
      const versions = packed([...ids.map((id) => positions.get(id) ?? 0n), ...stripes]);
      return Buffer.concat([sign(versions), versions]).toString('base64url');
    },
    read(cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const [signature, versions] = [bytes.subarray(0, SIGNATURE_BYTES), bytes.subarray(SIGNATURE_BYTES)];
      const expected = sign(versions);
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) throw refuse('CURSOR_INVALID');
      const read = unpacked(versions);
      const positions = new Map(ids.map((id, index) => [id, read[index] ?? 0n]));
      for (let at = ids.length; at < read.length; at += 3) {
        positions.set(`${ids[Number(read[at])]}/${read[at + 1]}`, read[at + 2] ?? 0n);
      }
      return positions;
    },
  };
}

/** Refuses CURSOR_AHEAD when an account has not come as far as its watcher is said to have seen. */
export function checkReached(accounts: readonly Strands[], seen: Positions): void {
  const reached = new Map(accounts.flatMap(strandsOf).map((strand) => [keyOf(strand), BigInt(strand.version)]));
  if ([...seen].some(([key, version]) => version > (reached.get(key) ?? 0n))) throw refuse('CURSOR_AHEAD');
}

/** Seven bits to a byte, the lowest first, as protobuf writes numbers: most versions are small. */
function packed(versions: readonly bigint[]): Buffer {
  const bytes: number[] = [];
  for (const version of versions) {
    let rest = version;
    for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
  }
  return Buffer.from(bytes);
}

function unpacked(bytes: Buffer): bigint[] {
  const versions: bigint[] = [];
  let version = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    version |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      versions.push(version);
      version = 0n;
      shift = 0n;
    }
  }
  return versions;
}
