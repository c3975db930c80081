// Many messages encoded at once. `toBinary` begins each message with a new buffer that it grows and copies, which takes
// longer than to write it; as the items of one list they share one.
import type { DescFile, DescMessage, Message, MessageShape } from '@bufbuild/protobuf';
import { create, createFileRegistry, toBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

const lists = new WeakMap<DescMessage, DescMessage>();

/** Messages in their encoding: parts of `bytes`, in the order of the messages. */
export interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  /** The bytes of one message, as `toBinary` writes them. */
  of(index: number): Uint8Array<ArrayBuffer>;
}

/** Encodes messages of one kind. */
export function toBinaries<D extends DescMessage>(schema: D, messages: readonly MessageShape<D>[]): Encoded {
  const list = listOf(schema);
  const bytes = toBinary(list, { $typeName: list.typeName, items: messages } as Message);
  const reader = new BinaryReader(bytes);
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let index = 0; index < messages.length; index += 1) {
    reader.tag();
    const length = reader.uint32();
    starts.push(reader.pos);
    lengths.push(length);
    reader.pos += length;
  }
  const of = (index: number): Uint8Array<ArrayBuffer> => {
    const start = starts[index] ?? bytes.length;
    return bytes.subarray(start, start + (lengths[index] ?? 0));
  };
  return { bytes, starts, lengths, of };
}

/** A message that has nothing but a list of messages of this kind. */
function listOf(schema: DescMessage): DescMessage {
  const made = lists.get(schema) ?? makeList(schema);
  lists.set(schema, made);
  return made;
}

function makeList(schema: DescMessage): DescMessage {
  const name = `${schema.typeName.replaceAll('.', '_')}_list`;
  const items = {
    name: 'items',
    number: 1,
    label: Label.REPEATED,
    type: Type.MESSAGE,
    typeName: `.${schema.typeName}`,
  };
  const file = create(FileDescriptorProtoSchema, {
    name: `${name}.proto`,
    syntax: 'proto3',
    dependency: [schema.file.proto.name],
    messageType: [{ name, field: [items] }],
  });
  const known = (path: string): DescFile | undefined => (path === schema.file.proto.name ? schema.file : undefined);
  const list = createFileRegistry(file, known).getMessage(name);
  if (!list) throw new Error(`no list of ${schema.typeName}`);
  return list;
}

/** The same bytes as a Buffer, which is what the database driver binds as bytea. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
