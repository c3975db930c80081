// What somebody gets when their authenticator app counts from now on: the codes for when it is lost.
import type { CommandTx } from '#chassis/command.ts';
import type { Context } from './context.ts';
import { secondFactorAdded } from './events.ts';
import { insertRecoveryCodes } from './factor-tables.ts';
import { nextVersion } from './proofs.ts';
import { newRecoveryCodes, recoveryHash } from './second-factor.ts';
import type { Credential } from './tables.ts';

/** Makes the recovery codes of an app that was just confirmed, and says that it was added. */
export async function giveRecoveryCodes(context: Context, tx: CommandTx, credential: Credential): Promise<string[]> {
  const { id, partyId } = credential;
  const codes = newRecoveryCodes();
  await tx.execute(
    insertRecoveryCodes(
      partyId,
      codes.map((code) => recoveryHash(context, partyId, code)),
    ),
  );
  secondFactorAdded(tx, id, partyId, await nextVersion(tx, credential));
  return codes;
}
