// What people do about cases.
import type { CommandTx } from '#chassis/command.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type CaseRow, countNotes, insertNote, lockCase } from './case-tables.ts';
import { refuse } from './domain/refusals.ts';
import { NOTE_CONTEXT } from './monitoring-messages.ts';

/** So many that they fit in one message. */
const NOTES_MAX = 100;

/** Takes a case for a command of somebody whom it is not about. */
export async function takeCase(tx: CommandTx, caseId: string, partyIds: readonly string[]): Promise<CaseRow> {
  const [row] = await tx.query(lockCase(caseId));
  if (!row) throw refuse('CASE_NOT_FOUND');
  if (partyIds.includes(row.subjectId)) throw refuse('CASE_SUBJECT_NOT_ALLOWED');
  return row;
}

/** Refuses what can only be done about a case that has not ended. */
export function refuseEnded({ state }: CaseRow): void {
  if (state === 'DISMISSED' || state === 'REPORTED') throw refuse('CASE_ENDED');
}

/** Writes down something about a case that is taken. Answers the number of the note. */
export async function writeNote(
  tx: CommandTx,
  vault: Vault,
  { caseId, authorId, text, createMs }: { caseId: string; authorId: string; text: string; createMs: number },
): Promise<number> {
  const [notes] = await tx.query(countNotes(caseId));
  const noteNumber = (notes?.count ?? 0) + 1;
  if (noteNumber > NOTES_MAX) throw refuse('CASE_NOTES_EXCEEDED');
  const sealed = await vault.seal(authorId, NOTE_CONTEXT, Buffer.from(text));
  await tx.execute(insertNote(caseId, { noteNumber, authorId, sealed, createMs }));
  return noteNumber;
}
