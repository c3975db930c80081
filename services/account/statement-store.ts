// Where the documents of statements are: in the object store, each under the key of its account's first owner, written once. What is
// found under a key is what was made, whoever made it: so a statement that was written by somebody who was killed is taken over as it is.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { sha256 } from '#chassis/digest.ts';
import type { Statement } from '#gen/bank/account/v1/statement_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { documentBytes, readDocument } from './domain/statement-document.ts';

const FOLDER = 'account/statements';
const NUMBER_DIGITS = 8;
const SEALED_FOR = 'account.statement';

type Store = Pick<Context, 'vault' | 'objects'>;

/** The key of a statement in the object store. */
export function statementKey(accountId: string, number: number): string {
  return `${FOLDER}/${accountId}/${String(number).padStart(NUMBER_DIGITS, '0')}`;
}

/** A document, and what it is hashed to. */
export interface Kept {
  readonly statement: Statement;
  readonly bytes: Buffer;
  readonly digest: Buffer;
}

/** Keeps a statement under its number, or under another key, unless there is one: answers what is kept. Refuses STATEMENT_ERASED. */
export async function keepDocument(
  store: Store,
  partyId: string,
  statement: Statement,
  key = statementKey(statement.accountId, statement.statementNumber),
): Promise<Kept> {
  const bytes = documentBytes(statement);
  const sealed = toBinary(SealedSchema, await store.vault.seal(partyId, SEALED_FOR, bytes));
  if (await store.objects.putIfAbsent(key, sealed)) return { statement, bytes, digest: sha256(bytes) };
  const found = await readKept(store, key);
  if (!found) throw new Error(`${key} was there, and is gone`);
  return found;
}

/** Reads a statement that is kept under a key; undefined where none is. Refuses STATEMENT_ERASED. */
export async function readKept({ vault, objects }: Store, key: string): Promise<Kept | undefined> {
  const sealed = await objects.get(key);
  if (!sealed) return undefined;
  const bytes = await vault.open(fromBinary(SealedSchema, sealed), SEALED_FOR);
  if (!bytes) throw refuse('STATEMENT_ERASED');
  return { statement: readDocument(bytes), bytes, digest: sha256(bytes) };
}
