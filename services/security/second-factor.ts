// The second factor of somebody who logs in: what a code proves, and that it does so once.
import { randomBytes } from 'node:crypto';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { asBuffer } from '#chassis/encode.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { isAppCode, normalCode, stepOf } from './domain/second-factor.ts';
import {
  deleteSecondFactor,
  lockRecoveryCode,
  lockTotp,
  selectTotp,
  useRecoveryCode,
  useStep,
} from './factor-tables.ts';
import { selectPasskeys } from './passkey-tables.ts';
import { selectStaffMember } from './staff-tables.ts';

/** What a code is, that may be used: `none` of somebody without a second factor, `first` of an app that counts from then on. */
export type Factor =
  | { readonly kind: 'none' }
  | { readonly kind: 'app'; readonly step: number }
  | { readonly kind: 'first'; readonly step: number; readonly secret: Buffer }
  | { readonly kind: 'recovery'; readonly hash: Buffer };

/** RFC 4226, 4 (R6) recommends 160 bits. */
const SECRET_BYTES = 20;
const SECRET_CONTEXT = 'security.totp';
const RECOVERY_CODES = 10;
/** 32 characters, none of which is taken for another: five bits each, so a code has 60. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const TYPED_LENGTH = 12;

/** A new secret of an app, plain and as it is kept. */
export async function newAppSecret({ vault }: Context, partyId: string) {
  const plain = Uint8Array.from(randomBytes(SECRET_BYTES));
  return { plain, sealed: asBuffer(toBinary(SealedSchema, await vault.seal(partyId, SECRET_CONTEXT, plain))) };
}

/** The step of which a code of the app is. Nothing when it is none, or when one as late was used before. */
export async function appStep(
  { vault, now }: Context,
  row: { readonly secret: Buffer; readonly lastStep: number },
  code: string,
): Promise<number | undefined> {
  const secret = await vault.open(fromBinary(SealedSchema, row.secret), SECRET_CONTEXT);
  const step = secret && stepOf(Uint8Array.from(secret), normalCode(code), now());
  return step !== undefined && step > row.lastStep ? step : undefined;
}

/** Whether a party's logins ask for a code. */
export async function hasSecondFactor({ database }: Context, partyId: string): Promise<boolean> {
  const [app] = await database.query(selectTotp(partyId));
  return app?.confirmed === true;
}

/**
 * What a code proves of a party; nothing when it is wrong or used, `missing` when there is none and one is needed. Who must have a
 * second factor confirms their app with the first code of it.
 */
export async function factorOf(
  context: Context,
  partyId: string,
  code: string,
  { isCompulsory = false } = {},
): Promise<Factor | 'missing' | undefined> {
  const [app] = await context.database.query(selectTotp(partyId));
  if (!app?.confirmed && !isCompulsory) return { kind: 'none' };
  const shown = normalCode(code);
  if (!app || shown === '') return 'missing';
  if (!isAppCode(shown)) {
    return app.confirmed ? { kind: 'recovery', hash: recoveryHash(context, partyId, shown) } : undefined;
  }
  const step = await appStep(context, app, shown);
  if (step === undefined) return undefined;
  return app.confirmed ? { kind: 'app', step } : { kind: 'first', step, secret: app.secret };
}

/** Whether a party can prove themselves by more than their password: an app that counts, or another passkey than this one. */
export async function hasFactorBut(
  tx: Pick<CommandTx, 'query'>,
  partyId: string,
  but: { readonly app?: true; readonly passkeyId?: string },
): Promise<boolean> {
  const [app] = await tx.query(selectTotp(partyId));
  const passkeys = await tx.query(selectPasskeys(partyId));
  return (app?.confirmed === true && !but.app) || passkeys.some(({ id }) => id !== but.passkeyId);
}

/** Refuses SECOND_FACTOR_COMPULSORY to a member of staff who would have none any more. Their credentials are locked. */
export async function checkFactorStays(
  tx: Pick<CommandTx, 'query'>,
  partyId: string,
  removed: { readonly app?: true; readonly passkeyId?: string },
): Promise<void> {
  const [staff] = await tx.query(selectStaffMember(partyId));
  if (staff && !(await hasFactorBut(tx, partyId, removed))) throw refuse('SECOND_FACTOR_COMPULSORY');
}

/** Uses a factor up. Answers false, and has written nothing, when somebody else was first or there is no such code. */
export async function useFactor(tx: CommandTx, partyId: string, factor: Factor): Promise<boolean> {
  if (factor.kind === 'none') return true;
  if (factor.kind !== 'recovery') {
    const [app] = await tx.query(lockTotp(partyId));
    if (!app || factor.step <= app.lastStep) return false;
    const isSame = factor.kind === 'app' ? app.confirmed : !app.confirmed && app.secret.equals(factor.secret);
    if (!isSame) return false;
    await tx.execute(useStep(partyId, factor.step));
    return true;
  }
  const [good] = await tx.query(lockRecoveryCode(partyId, factor.hash));
  if (!good) return false;
  await tx.execute(useRecoveryCode(partyId, factor.hash));
  return true;
}

/** Removes a party's second factor, with its recovery codes. */
export async function removeSecondFactor(tx: CommandTx, partyId: string): Promise<void> {
  for (const statement of deleteSecondFactor(partyId)) await tx.execute(statement);
}

/** New recovery codes, as they are told. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, newTypedCode);
}

/** A secret that is typed from paper or a message: `XXXX-XXXX-XXXX`. */
export function newTypedCode(): string {
  const characters = Array.from(randomBytes(TYPED_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]);
  return characters.join('').replace(/^(.{4})(.{4})/, '$1-$2-');
}

/** What is kept of a recovery code. */
export function recoveryHash({ vault }: Context, partyId: string, code: string): Buffer {
  return vault.hash('security.recovery-code', `${partyId} ${normalCode(code)}`);
}

/** What is kept of a code to set a new password with. */
export function resetHash({ vault }: Context, partyId: string, code: string): Buffer {
  return vault.hash('security.password-reset', `${partyId} ${normalCode(code)}`);
}
