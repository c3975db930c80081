import { randomUUID } from 'node:crypto';
import { type KeyRotation, KeyRotationState } from '#gen/bank/security/v1/data_key_pb.ts';
import {
  GetKeyRotationResponseSchema,
  RotateKeyEncryptionKeyResponseSchema,
  RotateSigningKeyResponseSchema,
  SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, word } from '../output.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Rotates the key-encryption key, or the one that tokens are signed with. */
export async function rotateKeys(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, signing = false }: WriteOptions & { signing?: boolean },
): Promise<void> {
  const service = bank().client(SecurityService);
  if (!signing) {
    const answer = await service.rotateKeyEncryptionKey({ requestId, validateOnly });
    return out.message(RotateKeyEncryptionKeyResponseSchema, answer, () => rotationText(answer.rotation));
  }
  const answer = await service.rotateSigningKey({ requestId, validateOnly });
  return out.message(RotateSigningKeyResponseSchema, answer, () =>
    fields([
      ['key', answer.key?.kid],
      ['signs from', time(answer.key?.signTime)],
    ]),
  );
}

/** Says how far a rotation is. */
export async function rotationStatus({ bank, out }: Session, _options: object, number = '0'): Promise<void> {
  if (!/^\d{1,9}$/.test(number)) throw usage(`${number} is no number of a rotation.`);
  const answer = await bank()
    .client(SecurityService)
    .getKeyRotation({ rotationNumber: Number(number) });
  await out.message(GetKeyRotationResponseSchema, answer, () => rotationText(answer.rotation));
}

function rotationText(rotation: KeyRotation | undefined): string {
  if (!rotation) return '';
  return fields([
    ['rotation', String(rotation.rotationNumber)],
    ['state', word(KeyRotationState, rotation.state)],
    ['keys to go', String(rotation.remainingCount)],
    ['asked for', time(rotation.createTime)],
    ['done', time(rotation.finishTime)],
  ]);
}
