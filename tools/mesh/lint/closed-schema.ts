// A CRD's schema as JSON Schema that refuses what it does not name.
import { at, fields } from '../objects.ts';

const INT_OR_STRING = { anyOf: [{ type: 'integer' }, { type: 'string' }] };
/** What every object has, and CRDs leave out. */
const OBJECT_FIELDS = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

/** The whole schema of a kind. */
export function closed(schema: unknown): object {
  const root = closedPart(schema) as { properties?: object };
  return { ...root, properties: { ...root.properties, ...OBJECT_FIELDS } };
}

// Only where the structure is told: what stands in oneOf, anyOf, allOf and not speaks of fields that are told elsewhere.
function closedPart(schema: unknown): unknown {
  if (at(schema, 'x-kubernetes-int-or-string') === true) return INT_OR_STRING;
  const copy: Record<string, unknown> = Object.fromEntries(fields(schema));
  const properties = at(schema, 'properties');
  const more = at(schema, 'additionalProperties');
  if (properties !== undefined) {
    copy['properties'] = Object.fromEntries(fields(properties).map(([name, part]) => [name, closedPart(part)]));
  }
  if (typeof more === 'object') copy['additionalProperties'] = closedPart(more);
  if (at(schema, 'items') !== undefined) copy['items'] = closedPart(at(schema, 'items'));
  const isOpen = at(schema, 'x-kubernetes-preserve-unknown-fields') === true || more !== undefined;
  if (properties !== undefined && !isOpen) copy['additionalProperties'] = false;
  return copy;
}
