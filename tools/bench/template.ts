// Requests that are encoded once: only their ids, which are all of one length, are written anew for each call. What travels
// is what the library would have written, and the generator leaves the processor to those that it measures.
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';

/** A request with other ids in its slots: as many, and each as long, as the template was made with. */
export type Template = (ids: readonly string[]) => Buffer;

/** The id that holds a slot open: of the length of every id with this prefix, and like no other. */
export function slot(prefix: string, index: number): string {
  return `${prefix}_${String(index).padStart(26, '0')}`;
}

/** Makes a template of a message that holds each of `slots` once. */
export function template<Desc extends DescMessage>(
  schema: Desc,
  message: MessageInitShape<Desc>,
  slots: readonly string[],
): Template {
  const encoded = Buffer.from(toBinary(schema, create(schema, message)));
  const offsets = slots.map((text) => {
    const at = encoded.indexOf(text);
    if (at < 0 || encoded.includes(text, at + 1)) throw new Error(`${text} does not stand in the message once`);
    return at;
  });
  return (ids) => {
    const bytes = Buffer.from(encoded);
    offsets.forEach((offset, index) => {
      if (ids[index]?.length !== slots[index]?.length) throw new Error(`${ids[index]} is of another length`);
      bytes.write(ids[index] ?? '', offset, 'latin1');
    });
    return bytes;
  };
}
