// PostgreSQL's text cannot hold U+0000, and no text of the bank needs it: it is refused once, for every field.
import type { Message } from '@bufbuild/protobuf';
import type { Violation } from './errors.ts';

/** The fields of a message whose text holds U+0000. `wire` is the message as it came. */
export function nulViolations(message: Message, wire: Uint8Array): Violation[] {
  // Most messages have no zero byte at all, and need no second look.
  if (!wire.includes(0)) return [];
  return findNul(message, '').map((field) => ({ field, description: 'A text must not hold U+0000.' }));
}

/** The paths of all texts and map keys with U+0000. */
function findNul(value: unknown, path: string): string[] {
  if (typeof value === 'string') return value.includes('\0') ? [path] : [];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name.includes('\0')) return [path];
    const chosen = memberOf(inner);
    const member = snake(chosen?.case ?? name);
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? member : `.${member}`;
    return findNul(chosen ? chosen.value : inner, path + step);
  });
}

/** The member of a oneof that is set: the contract's paths name it, and not the oneof. */
function memberOf(value: unknown): { case: string; value: unknown } | undefined {
  const oneof = value as { $typeName?: string; case?: unknown; value?: unknown } | null | undefined;
  if (typeof oneof?.case !== 'string' || oneof.$typeName !== undefined) return undefined;
  return { case: oneof.case, value: oneof.value };
}

/** The name of a field as the contract writes it. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
