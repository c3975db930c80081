// A session of a member of staff, for tests: they cannot log in yet, so its row is put there by hand, and its token signed with
// the bank's own key, as security would.
import { ownCall } from '#chassis/call-context.ts';
import { readConfig } from '#chassis/config.ts';
import { openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import { insertOutbox, outboxEvent } from '#chassis/outbox.ts';
import { SessionRevokedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { ownVault } from '../security/data-keys.ts';
import { signing } from '../security/signing.ts';
import { insertSession, revoke } from '../security/tables.ts';
import type { Bank } from './bank.ts';

const LIFETIME_SECONDS = 300;

/** A session that goes on. */
export interface StaffSession {
  /** What is shown to the edge. */
  readonly token: string;
  revoke(): Promise<void>;
  /** Lets go of the database. */
  close(): Promise<void>;
}

/** Starts a session of a member of staff. */
export async function staffSession({ environment, database: of }: Bank, actor: Actor): Promise<StaffSession> {
  const config = readConfig(environment);
  const log = makeLog('test', 'silent');
  const settings = { entities: [], poolMax: 2, statementTimeoutMs: 10_000, log };
  const database = await openDatabase({ url: of('security').runtimeUrl, service: 'security', ...settings });
  const keys = signing({ config, database, vault: await ownVault({ config, database, log }) });
  await keys.look();
  const who = { ...actor, sessionId: newId('ses') };
  const { sessionId, partyId } = who;
  const startTime = new Date();
  const expireTime = new Date(startTime.getTime() + LIFETIME_SECONDS * 1000);
  await database.query(insertSession({ id: sessionId, partyId, startTime, expireTime }));
  return {
    token: await keys.issuer.principalToken(who, LIFETIME_SECONDS),
    async revoke() {
      const told = { sessionId, partyId, reason: RevocationReason.LOGGED_OUT };
      const event = outboxEvent(SessionRevokedSchema, told, { id: sessionId, sequence: 2 }, ownCall('security', log));
      await database.transaction(async (tx) => {
        await tx.query(revoke(sessionId));
        await tx.query(insertOutbox([event]));
      });
    },
    close: () => database[Symbol.asyncDispose](),
  };
}
