// With what people log in: a user agent is all that the edge sees of a device.
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Context } from './context.ts';
import { insertDevice, selectDevices } from './scoring-tables.ts';

/** What is kept of a device: a keyed hash. Null when the user agent is not told. */
export function deviceHash({ vault }: Pick<Context, 'vault'>, userAgent: string): Buffer | null {
  return userAgent === '' ? null : vault.hash('security.device', userAgent);
}

/** Remembers with what somebody has just logged in. Answers whether it is new: the first of all is not. */
export async function rememberDevice(context: Context, tx: CommandTx, partyId: string, call: Call): Promise<boolean> {
  const hash = deviceHash(context, call.origin?.userAgent ?? '');
  const [seen] = await tx.query(selectDevices(partyId, hash));
  if (hash) await tx.execute(insertDevice(partyId, hash, context.now()));
  return seen?.any === true && !seen.known;
}
