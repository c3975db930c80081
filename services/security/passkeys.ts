// Passkeys: what a browser is asked to sign, and whether it did (WebAuthn Level 3, 7.1 and 7.2).
import { randomBytes } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { CommandTx } from '#chassis/command.ts';
import type { Context } from './context.ts';
import { type PasskeyRow, selectPasskey, selectPasskeys, selectUsedChallenge, useChallenge } from './passkey-tables.ts';
import { lockHash } from './tables.ts';

/** A challenge that was signed. */
export interface Signed {
  readonly challenge: Buffer;
  readonly expireTime: Date;
}

/** A passkey that was made. */
export interface Made extends Signed {
  readonly id: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly synced: boolean;
}

/** A passkey that signed, as it was then, and what it says of itself now. */
export interface Used extends Signed {
  readonly passkey: PasskeyRow;
  readonly counter: number;
  readonly synced: boolean;
}

const LIFETIME_MS = 5 * 60 * 1_000;
const NONCE_BYTES = 16;
const EXPIRY_BYTES = 8;
/** EdDSA, ES256, RS256 (IANA's COSE algorithms): what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

/** For whom a challenge is: who makes a passkey, or, with an empty id, whoever logs in. */
type For = string;

/** What a browser makes a passkey of a party with. */
export async function registrationOptions(context: Context, partyId: string): Promise<string> {
  const there = await context.database.query(selectPasskeys(partyId));
  const options = await generateRegistrationOptions({
    rpName: 'corebank',
    rpID: context.config.PASSKEY_SITE,
    userName: partyId,
    userID: Uint8Array.from(Buffer.from(partyId)),
    challenge: newChallenge(context, partyId),
    timeout: LIFETIME_MS,
    attestationType: 'none',
    excludeCredentials: there.map(({ id }) => ({ id })),
    // The passkey is both factors: the device, and what it knows its user by. And it is found without a username.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return JSON.stringify(options);
}

/** What a browser logs in with. */
export async function loginOptions(context: Context): Promise<string> {
  const options = await generateAuthenticationOptions({
    rpID: context.config.PASSKEY_SITE,
    challenge: newChallenge(context, ''),
    timeout: LIFETIME_MS,
    userVerification: 'required',
  });
  return JSON.stringify(options);
}

/** What a browser signs a challenge of somebody with, who has passkeys. */
export async function signingOptions(context: Context, partyId: string, challenge: Buffer): Promise<string> {
  const passkeys = await context.database.query(selectPasskeys(partyId));
  const options = await generateAuthenticationOptions({
    rpID: context.config.PASSKEY_SITE,
    challenge: Uint8Array.from(challenge),
    timeout: LIFETIME_MS,
    allowCredentials: passkeys.map(({ id }) => ({ id })),
    userVerification: 'required',
  });
  return JSON.stringify(options);
}

/** The passkey that a browser made for a party; nothing when it made none, or for something else. */
export function madePasskey(context: Context, partyId: string, responseJson: string): Promise<Made | undefined> {
  return quietly(async () => {
    const response = JSON.parse(responseJson) as RegistrationResponseJSON;
    let signed: Signed | undefined;
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge(challenge) {
        signed = openChallenge(context, partyId, challenge);
        return signed !== undefined;
      },
      expectedOrigin: originsOf(context),
      expectedRPID: context.config.PASSKEY_SITE,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!registrationInfo || !signed) return undefined;
    const { credential, credentialDeviceType } = registrationInfo;
    const { id, publicKey, counter } = credential;
    return {
      ...signed,
      id,
      publicKey: Buffer.from(publicKey),
      counter,
      synced: credentialDeviceType === 'multiDevice',
    };
  });
}

/**
 * The passkey that a browser names, if there is one; and its use, if the browser signed with it what it was asked to, to log
 * in.
 */
export async function usedPasskey(
  context: Context,
  responseJson: string,
): Promise<{ passkey?: PasskeyRow | undefined; used?: Used | undefined }> {
  let signed: Signed | undefined;
  const { passkey, signature } = await signingPasskey(context, responseJson, (challenge) => {
    signed = openChallenge(context, '', challenge);
    return signed !== undefined;
  });
  return { passkey, used: signature && signed && { ...signature, ...signed } };
}

/** The passkey that a browser names, if there is one; and what it did, if it signed a challenge that is as expected. */
export async function signingPasskey(
  context: Context,
  responseJson: string,
  isExpected: (challenge: string) => boolean,
): Promise<{ passkey?: PasskeyRow | undefined; signature?: Omit<Used, keyof Signed> | undefined }> {
  const response = await quietly(async () => JSON.parse(responseJson) as AuthenticationResponseJSON);
  const [passkey] = await context.database.query(selectPasskey(idIn(response)));
  if (!response || !passkey) return {};
  const { id, publicKey, counter } = passkey;
  const signature = await quietly(async () => {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: isExpected,
      expectedOrigin: originsOf(context),
      expectedRPID: context.config.PASSKEY_SITE,
      credential: { id, publicKey: Uint8Array.from(publicKey), counter },
    });
    if (!verified) return undefined;
    const { newCounter, credentialDeviceType } = authenticationInfo;
    return { passkey, counter: newCounter, synced: credentialDeviceType === 'multiDevice' };
  });
  return { passkey, signature };
}

/** Whether a challenge was used before. Whoever asks has it to themselves until the transaction ends. */
export async function wasUsed(tx: CommandTx, { challenge }: Signed): Promise<boolean> {
  await tx.query(lockHash(challenge));
  const [used] = await tx.query(selectUsedChallenge(challenge));
  return used !== undefined;
}

/** Keeps that a challenge was used. */
export async function useUp({ now }: Context, tx: CommandTx, { challenge, expireTime }: Signed): Promise<void> {
  await tx.execute(useChallenge(challenge, expireTime, now()));
}

/** A challenge that proves itself when it comes back signed, so that nothing is kept for strangers: nonce, expiry, and a keyed hash of both. */
function newChallenge(context: Context, whose: For): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(NONCE_BYTES + EXPIRY_BYTES, randomBytes(NONCE_BYTES));
  head.writeBigUInt64BE(BigInt(context.now().getTime() + LIFETIME_MS), NONCE_BYTES);
  return Uint8Array.from(Buffer.concat([head, proofOf(context, whose, head)]));
}

function openChallenge(context: Context, whose: For, text: string): Signed | undefined {
  const challenge = Buffer.from(text, 'base64url');
  const head = challenge.subarray(0, NONCE_BYTES + EXPIRY_BYTES);
  if (head.length < NONCE_BYTES + EXPIRY_BYTES) return undefined;
  const expireTime = new Date(Number(head.readBigUInt64BE(NONCE_BYTES)));
  const isOurs = challenge.subarray(head.length).equals(proofOf(context, whose, head));
  return isOurs && context.now() < expireTime ? { challenge, expireTime } : undefined;
}

function proofOf({ vault }: Context, whose: For, head: Buffer): Buffer {
  return vault.hash('security.passkey-challenge', `${whose} ${head.toString('hex')}`);
}

function originsOf({ config }: Context): string[] {
  return config.PASSKEY_ORIGINS.split(',').map((origin) => origin.trim());
}

/** The id in whatever was sent; one with U+0000, which the database refuses, is nobody's. */
function idIn(response: AuthenticationResponseJSON | undefined): string {
  const id = response?.id;
  return typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? id : '';
}

/** The library throws plain errors for whatever is wrong with what a caller sent; which it was is told nobody. */
async function quietly<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}
