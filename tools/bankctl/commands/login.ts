import { usage } from '../failure.ts';
import type { Session } from '../session.ts';
import { fileMemory, memoryFile } from '../tokens.ts';

/** Chooses as whom later commands run. */
export async function login({ bank: open, options, out }: Session, { forget }: { forget?: boolean }): Promise<void> {
  const { as } = options;
  if ((as === undefined) === !forget) throw usage('Say --as customer:<id> or --as staff:<role>, or --forget.');
  const bank = open();
  const memory = fileMemory(memoryFile());
  if (as === undefined) {
    memory.keep(bank.edge, { tokens: {} });
    await out.document(
      { edge: bank.edge, as: '' },
      () => `Commands run as whoever may do what is asked, at ${bank.edge}.`,
    );
    return;
  }
  const until = await bank.logIn(as);
  memory.keep(bank.edge, { ...memory.recall(bank.edge), as });
  const document = { edge: bank.edge, as, until: until.toISOString() };
  await out.document(
    document,
    () => `Commands run as ${as} at ${bank.edge}; the token is good until ${document.until}.`,
  );
}
