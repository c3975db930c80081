// The statements about second factors.
import { type RawBuilder, sql } from 'kysely';

/** A party's authenticator app. */
export interface TotpRow {
  /** Sealed. */
  readonly secret: Buffer;
  readonly confirmed: boolean;
  readonly lastStep: number;
}

const TOTP = sql`secret, confirmed, last_step as "lastStep"`;

/** The authenticator app of a party. */
export function selectTotp(partyId: string): RawBuilder<TotpRow> {
  return sql<TotpRow>`select ${TOTP} from totp where party_id = ${partyId}`;
}

/** The authenticator app of a party, locked. */
export function lockTotp(partyId: string): RawBuilder<TotpRow> {
  return sql<TotpRow>`select ${TOTP} from totp where party_id = ${partyId} for update`;
}

/** Keeps an app that is to be confirmed, in the place of one that was not. */
export function putTotp(partyId: string, secret: Buffer): RawBuilder<unknown> {
  return sql`
    insert into totp (party_id, secret, confirmed, last_step) values (${partyId}, ${secret}, false, 0)
    on conflict (party_id) do update set secret = excluded.secret, confirmed = false, last_step = 0
  `;
}

/** Keeps that a code of the app was used: with the first it is confirmed. */
export function useStep(partyId: string, step: number): RawBuilder<unknown> {
  return sql`update totp set confirmed = true, last_step = ${step} where party_id = ${partyId}`;
}

/** Keeps recovery codes. */
export function insertRecoveryCodes(partyId: string, hashes: readonly Buffer[]): RawBuilder<unknown> {
  const rows = hashes.map((hash) => sql`(${partyId}, ${hash}, false)`);
  return sql`insert into recovery_code (party_id, hash, used) values ${sql.join(rows)}`;
}

/** A recovery code that is good; locked, so that it is used once. */
export function lockRecoveryCode(partyId: string, hash: Buffer): RawBuilder<{ hash: Buffer }> {
  return sql<{ hash: Buffer }>`
    select hash from recovery_code where party_id = ${partyId} and hash = ${hash} and not used for update
  `;
}

/** Marks a recovery code as used. */
export function useRecoveryCode(partyId: string, hash: Buffer): RawBuilder<unknown> {
  return sql`update recovery_code set used = true where party_id = ${partyId} and hash = ${hash}`;
}

/** Removes a party's second factor. */
export function deleteSecondFactor(partyId: string): RawBuilder<unknown>[] {
  return [
    sql`delete from recovery_code where party_id = ${partyId}`,
    sql`delete from totp where party_id = ${partyId}`,
  ];
}
