import { readFile } from 'node:fs/promises';
import { definitionOf, type Message } from '#rules/iso20022/definitions.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import type { IsoAmount } from '#rules/iso20022/shape.ts';
import { openSchemas, readChecked } from '../../../services/integration/schemas.ts';
import { Exit, usage } from '../failure.ts';
import { fields } from '../output.ts';
import type { Session } from '../session.ts';
import { surroundings } from '../surroundings.ts';

/** Says what a message holds, or why it would not be taken. */
export async function checkFile(
  { out }: Session,
  { schemas: directory = surroundings().env['ISO20022_XSD_DIR'] ?? '' }: { readonly schemas?: string },
  path = '',
): Promise<number> {
  const bytes = await readFile(path).catch(() => {
    throw usage(`There is no file ${path} that can be read.`);
  });
  const schemas = await openSchemas(directory).catch((error: Error) => {
    throw usage(error.message);
  });
  try {
    const message = readChecked(bytes, schemas);
    const isHeld = schemas.names.includes(message.name);
    await out.document({ taken: true, schema: isHeld, ...message }, () => textOf(message, isHeld));
    return Exit.OK;
  } catch (error) {
    if (!(error instanceof IsoRefusal)) throw error;
    const { reason, path: at, expected } = error;
    await out.document({ taken: false, reason, path: at, expected }, () =>
      fields([
        ['taken', 'no'],
        ['reason', reason],
        ['at', at],
        ['should be', expected],
      ]),
    );
    return Exit.REFUSED;
  }
}

function textOf(message: Message, isHeld: boolean): string {
  const { root, items } = definitionOf(message.name);
  const header = (message.content as { readonly GrpHdr?: { readonly MsgId?: string; readonly CreDtTm?: string } })
    .GrpHdr;
  const amounts = amountsIn(message.content);
  return fields([
    ['taken', 'yes'],
    ['message', `${message.name} (${root})`],
    [
      'held against',
      isHeld ? 'the descriptions of this bank, and the official schema' : 'the descriptions of this bank',
    ],
    ['identification', header?.MsgId],
    ['made', header?.CreDtTm],
    ['payments', items && String(countOf(message.content, items.element))],
    [
      'amounts',
      amounts.slice(0, MOST_SHOWN).join(', ') +
        (amounts.length > MOST_SHOWN ? `, and ${amounts.length - MOST_SHOWN} more` : ''),
    ],
  ]);
}

const MOST_SHOWN = 8;

/** Every amount of a message with its currency, in the order in which they stand. */
function amountsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(amountsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { Ccy, value: amount } = value as Partial<IsoAmount>;
  if (typeof Ccy === 'string' && typeof amount === 'string') return [`${amount} ${Ccy}`];
  return Object.values(value).flatMap(amountsIn);
}

function countOf(value: unknown, element: string): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + countOf(one, element), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + (name === element ? (one as unknown[]).length : countOf(one, element)),
    0,
  );
}
