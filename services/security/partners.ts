// What the RPCs about partners share: how one is found and shown, and the session that its tokens name.
import { create } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { type Partner, PartnerSchema, PartnerState } from '#gen/bank/security/v1/partner_pb.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { checkScopes, readKeys } from './domain/partner.ts';
import { refuse } from './domain/refusals.ts';
import { sessionStarted } from './events.ts';
import { lockPartner, type PartnerRow } from './partner-tables.ts';
import { revokeAll } from './sessions.ts';
import { insertSession } from './tables.ts';

/** Its session ends when it is suspended or changed, and not by itself. */
const NEVER = new Date('9999-12-31T00:00:00Z');

/** What staff say of a partner. */
interface Said {
  readonly displayName: string;
  readonly jwksJson: string;
  readonly scopes: readonly string[];
  readonly callsMax: number;
}

/** What is kept of what staff say of a partner. Refuses JWKS_INVALID and SCOPE_UNKNOWN. */
export function keptOf({ displayName, jwksJson, scopes, callsMax }: Said) {
  checkScopes(scopes);
  return { displayName, jwks: readKeys(jwksJson), scopes: [...scopes], callsMax };
}

/** A partner that is there, locked. Refuses PARTNER_NOT_FOUND. */
export async function lockKnown(tx: CommandTx, partnerId: string): Promise<PartnerRow> {
  const [row] = await tx.query(lockPartner(partnerId));
  if (!row) throw refuse('PARTNER_NOT_FOUND');
  return row;
}

/** Ends the tokens of a partner. */
export async function endTokens(tx: CommandTx, partnerId: string): Promise<void> {
  await revokeAll(tx, partnerId, RevocationReason.PARTNER_CHANGED);
}

/** Begins a session of a partner: what its tokens name until it is suspended or changed. */
export async function beginSession(tx: CommandTx, partnerId: string, startTime: Date): Promise<string> {
  const id = newId('ses');
  // Nobody logs in: there is nothing to judge.
  const unjudged = { reasons: [], score: 0, policyVersion: 0 };
  await tx.execute(insertSession({ id, partyId: partnerId, startTime, expireTime: NEVER, ...unjudged }));
  sessionStarted(tx, { sessionId: id, partyId: partnerId, reasons: [], newDevice: false });
  return id;
}

/** A partner as the contract shows it. */
export function shownPartner({ id, displayName, jwks, scopes, callsMax, state, version }: PartnerRow): Partner {
  return create(PartnerSchema, {
    partnerId: id,
    displayName,
    jwksJson: JSON.stringify(jwks),
    scopes: [...scopes],
    callsMax,
    state: state === 'active' ? PartnerState.ACTIVE : PartnerState.SUSPENDED,
    etag: String(version),
  });
}
