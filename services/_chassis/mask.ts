// Partial updates (AIP-134): an update_mask names the fields to change; without one, those that are set are changed.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { isFieldSet } from '@bufbuild/protobuf';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { invalid } from './errors.ts';

/**
 * The local names of the fields that an update changes. `mutable` are those that may be changed; a mask that names
 * another, or none at all to change, is refused.
 */
export function maskedFields<D extends DescMessage, Name extends string>(
  schema: D,
  message: MessageShape<D>,
  mask: FieldMask | undefined,
  mutable: readonly Name[],
): Name[] {
  const paths = mask?.paths ?? [];
  if (paths.length === 0) {
    const set = mutable.filter((name) => {
      const field = schema.field[name];
      return field !== undefined && isFieldSet(message, field);
    });
    if (set.length === 0) throw invalid([{ field: 'update_mask', description: 'There is nothing to change.' }]);
    return set;
  }
  return paths.map((path) => {
    const field = schema.fields.find(({ name, jsonName }) => name === path || jsonName === path);
    const name = mutable.find((candidate) => candidate === field?.localName);
    if (!name) throw invalid([{ field: 'update_mask', description: `${path} cannot be changed.` }]);
    return name;
  });
}
