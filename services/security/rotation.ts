// Rotations of the key-encryption key, in the background: rows with a state, which whoever lives goes on with.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { repeat } from '#chassis/repeat.ts';
import { type KeyRotation, KeyRotationSchema, KeyRotationState } from '#gen/bank/security/v1/data_key_pb.ts';
import type { Context } from './context.ts';
import { advanceRotation, type RotationRow, replaceWrapped, selectBehind, selectRotation } from './key-tables.ts';

const EVERY_MS = 500;
const AT_ONCE = 200;

const STATES = {
  planned: KeyRotationState.PLANNED,
  rewrapping: KeyRotationState.REWRAPPING,
  done: KeyRotationState.DONE,
} as const;

/** Goes on with rotations until it is stopped. */
export function goOnRotating(context: Context): () => Promise<void> {
  let stopped = false;
  const work = () => rotate(context, () => stopped);
  const stop = repeat(EVERY_MS, work, context.log, 'the rotation of the key-encryption key has to wait');
  return async () => {
    stopped = true;
    await stop();
  };
}

/**
 * Takes the newest rotation as far as it goes. Nothing is locked: several processes may do the same work, and the first to
 * write wins. One that dies after the key-management system made a version, and before that is written, makes another one,
 * which does no harm.
 */
async function rotate({ database, dataKeys: { kms } }: Context, isStopped: () => boolean): Promise<void> {
  const [rotation] = await database.query(selectRotation());
  // A key that was being wrapped as the version changed can turn up behind a rotation that is done.
  if (!rotation || (rotation.state === 'done' && rotation.remaining === 0)) return;
  const { number } = rotation;
  if (rotation.state === 'planned') {
    await kms.rotate();
    await database.query(advanceRotation(number, 'rewrapping'));
  }
  while (!isStopped()) {
    const behind = await database.query(selectBehind(number, AT_ONCE));
    if (behind.length === 0) {
      await database.query(advanceRotation(number, 'done'));
      return;
    }
    const again = await kms.rewrap(behind.map(({ partyId, wrapped }) => ({ partyId, bytes: wrapped })));
    const keys = behind.map(({ partyId, wrapped }, i) => ({ partyId, before: wrapped, after: again[i] as Buffer }));
    await database.query(replaceWrapped(number, keys));
  }
}

/** The message of a rotation. */
export function rotationMessage({ number, state, remaining, createTime, finishTime }: RotationRow): KeyRotation {
  return create(KeyRotationSchema, {
    rotationNumber: number,
    state: STATES[state],
    remainingCount: state === 'done' ? 0 : remaining,
    createTime: timestampFromMs(Math.floor(createTime)),
    ...(finishTime && { finishTime: timestampFromMs(Math.floor(finishTime)) }),
  });
}
