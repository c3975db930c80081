import { toJson } from '@bufbuild/protobuf';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { InclusionProofSchema } from '#gen/bank/type/v1/proof_pb.ts';
import { Exit, Failure, usage } from '../failure.ts';
import type { Session } from '../session.ts';

/** Prints the public key that checkpoints are signed with, as a file that can be kept. */
export async function keys({ bank, out }: Session): Promise<void> {
  const { publicKeyPem } = await bank({ otherwise: 'staff:auditor' }).client(LedgerService).getCheckpointKey({});
  await (out.json ? out.document({ publicKeyPem }, () => publicKeyPem) : out.text(publicKeyPem));
}

/** Prints the proof of a line of a statement: a document that tools/proof/check.ts checks offline. */
export async function proof({ bank, out }: Session, _: object, accountId = '', line = ''): Promise<void> {
  if (!/^[1-9]\d{0,8}$/.test(line)) throw usage(`${line} is no number of a line; \`bankctl statement\` shows them.`);
  const accounts = bank().client(AccountService);
  const { proof: found } = await accounts.getStatementProof({ accountId, lineNumber: Number(line) });
  if (!found) throw new Failure(Exit.REFUSED, 'The bank answered without a proof.');
  await out.text(`${JSON.stringify(toJson(InclusionProofSchema, found, { alwaysEmitImplicit: true }), null, 2)}\n`);
}
