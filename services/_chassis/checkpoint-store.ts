// Checkpoints in the object store: what was signed of something that grows, each by how far it had come, in a file that is
// written once, where whoever rewrites the database cannot rewrite it.
import {
  create,
  type DescMessage,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  toJsonString,
} from '@bufbuild/protobuf';
import type { ObjectStore } from './object-store.ts';

/** Of what a checkpoint is, and how far that had come. */
export interface CheckpointPlace {
  /** The folder of what grows: a segment of a key. */
  readonly group: string;
  readonly number: bigint;
}

/** A kind of checkpoint. */
export interface CheckpointKind<D extends DescMessage> {
  readonly schema: D;
  /** Where they are kept, with `/` at the end. */
  readonly folder: string;
  placeOf(checkpoint: MessageShape<D>): CheckpointPlace;
  /** What is shown where somebody has been at a file: what its name says, without a signature. */
  bare(place: CheckpointPlace): MessageInitShape<D>;
}

/** The checkpoints of one kind. */
export interface CheckpointStore<D extends DescMessage> {
  /** Keeps a checkpoint, and answers what is kept of that place: another one, where there was one before. */
  keep(checkpoint: MessageShape<D>): Promise<MessageShape<D>>;
  /** The first checkpoint of a group at a number or after it. */
  firstFrom(place: CheckpointPlace): Promise<MessageShape<D> | undefined>;
  /** Checkpoints by group and number, with their keys in the store; those after the key `after`, and `limit` at most. */
  list(options: {
    readonly after: string;
    readonly limit: number;
  }): Promise<{ key: string; checkpoint: MessageShape<D> }[]>;
}

const DIGITS = 16;
/** Checkpoints of so many numbers share a folder. */
const FOLDER_DIGITS = 4;

/** Opens the checkpoints of one kind. */
export function checkpointStore<D extends DescMessage>(
  objects: ObjectStore,
  kind: CheckpointKind<D>,
): CheckpointStore<D> {
  const { schema, folder } = kind;

  async function read(key: string): Promise<MessageShape<D>> {
    const place = placeIn(key);
    const checkpoint = parse(schema, String(await objects.get(key)));
    const { group, number } = checkpoint ? kind.placeOf(checkpoint) : {};
    return checkpoint && group === place.group && number === place.number
      ? checkpoint
      : create(schema, kind.bare(place));
  }

  return {
    async keep(checkpoint) {
      const key = keyOf(folder, kind.placeOf(checkpoint));
      const kept = await objects.putIfAbsent(key, Buffer.from(`${toJsonString(schema, checkpoint)}\n`));
      return kept ? checkpoint : read(key);
    },
    async firstFrom(place) {
      const after = place.number === 0n ? '' : keyOf(folder, { ...place, number: place.number - 1n });
      const [key] = await objects.list(`${folder}${place.group}/`, { after, limit: 1 });
      return key === undefined ? undefined : read(key);
    },
    async list({ after, limit }) {
      const keys = await objects.list(folder, { after, limit });
      return Promise.all(keys.map(async (key) => ({ key, checkpoint: await read(key) })));
    },
  };
}

function parse<D extends DescMessage>(schema: D, text: string): MessageShape<D> | undefined {
  try {
    return fromJsonString(schema, text);
  } catch {
    return undefined;
  }
}

/** Zeros in front, so that the store's order is that of the numbers. */
function keyOf(folder: string, { group, number }: CheckpointPlace): string {
  const digits = String(number).padStart(DIGITS, '0');
  return `${folder}${group}/${digits.slice(0, -FOLDER_DIGITS)}/${digits}.json`;
}

function placeIn(key: string): CheckpointPlace {
  const [, group = '', number = '0'] = /([^/]+)\/\d+\/(\d+)\.json$/.exec(key) ?? [];
  return { group, number: BigInt(number) };
}
