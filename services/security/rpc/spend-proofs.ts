import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { type ProofUseRow, selectFirst, spendProofs as spend } from '../partner-tables.ts';

/** Uses up the proofs that came with calls of partners: one statement, so that two processes at the same moment are decided here. */
export function spendProofs({ database }: Context): Rpcs<typeof SecurityService>['spendProofs'] {
  return async ({ uses, validateOnly }) => {
    const rows = uses.map(({ proofDigest, useKey }) => ({ digest: Buffer.from(proofDigest), useKey }));
    const first = await database.query(validateOnly ? selectFirst(rows) : spend(rows));
    const granted = new Set(first.map(named));
    return { first: rows.map((row) => granted.has(named(row))) };
  };
}

function named({ digest, useKey }: ProofUseRow): string {
  return `${digest.toString('hex')} ${useKey}`;
}
