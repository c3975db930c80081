// The public key of the bank as whoever checks has kept it.
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { usage } from './failure.ts';

/** Reads a public key (PEM) from a file. */
export async function readKey(file: string): Promise<string> {
  try {
    const pem = await readFile(file, 'utf8');
    createPublicKey(pem);
    return pem;
  } catch {
    throw usage(`${file} holds no public key. \`bankctl keys > FILE\` or \`bankctl audit key > FILE\` writes one.`);
  }
}
