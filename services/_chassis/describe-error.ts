// What may be written of an error. Libraries put into their errors what they were given: PostgreSQL the row that it refused,
// MikroORM the entity, JSON and the parsers the text that they could not read. So only what is known to be harmless is kept.
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** Words of a program, never of a person: reasons, states, and the names of what the database refused by. */
const KEPT = ['code', 'reason', 'domain', 'severity', 'schema', 'table', 'column', 'constraint', 'routine', 'syscall'];

const CAUSES_MAX = 5;

/** An error for a log: its kind, what may be told of its message, where it was thrown, and what caused it. */
export function describeError(error: unknown): JsonValue {
  return describe(error, CAUSES_MAX);
}

/** An error in one line, for a table. */
export function sayError(error: unknown): string {
  return error instanceof Error ? `${kindOf(error)}: ${messageOf(error)}` : `a ${typeof error} was thrown`;
}

function describe(error: unknown, causes: number): JsonValue {
  if (!(error instanceof Error)) return { type: typeof error };
  const described: JsonObject = { type: kindOf(error), message: messageOf(error), stack: framesOf(error) };
  for (const name of KEPT) {
    const value = Reflect.get<Error, string>(error, name) as unknown;
    if (typeof value === 'string' || typeof value === 'number') described[name] = value;
  }
  if (error.cause !== undefined && causes > 0) described['cause'] = describe(error.cause, causes - 1);
  return described;
}

function kindOf(error: Error): string {
  return error.constructor.name || error.name;
}

/**
 * The first line, and nothing that stands in quotes there: that is what was given. What the engine says of texts and numbers
 * that it cannot read has them without quotes, and is left out.
 */
function messageOf(error: Error): string {
  if (error instanceof SyntaxError || error instanceof RangeError) return '[left out]';
  const [line = ''] = error.message.split('\n');
  const unquoted = line.replace(/".*"/, '"…"').replace(/`.*`/, '`…`');
  // The engine's own names properties in these, and is the one that puts them so.
  return error instanceof TypeError ? unquoted : unquoted.replace(/'.*'/, "'…'");
}

/** The stack begins with the message, of which nothing is kept here. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at .*(?::\d+|\(native\)|<anonymous>)\)?$/.test(line))
    .join('\n');
}
