// Structured logs (pino), one JSON line each. Messages of the contract are logged only through `redact`, which blanks
// every field that the contract does not class as PUBLIC.
import type { DescMessage, JsonObject, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { toJson } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { dataClasses } from '#gen/bank/rules.ts';

export type Logger = pino.Logger;

/** Makes the log of one service. `level` is pino's; without a `file` it goes to standard output. */
export function makeLog(name: string, level: string, file = ''): Logger {
  const options = { name, level, base: { service: name }, timestamp: pino.stdTimeFunctions.isoTime };
  return file === '' ? pino(options) : pino(options, pino.destination({ dest: file, append: true, mkdir: true }));
}

/** A message as JSON for a log, with what is personal, secret or of a card replaced by its class. */
export function redact<D extends DescMessage>(schema: D, message: MessageShape<D>): JsonObject {
  return redactJson(schema, toJson(schema, message, { alwaysEmitImplicit: false }) as JsonObject);
}

function redactJson(schema: DescMessage, json: JsonObject): JsonObject {
  const classes: Readonly<Record<string, string>> = dataClasses[schema.typeName] ?? {};
  const clean: JsonObject = {};
  for (const field of schema.fields) {
    const value = json[field.jsonName];
    if (value === undefined) continue;
    const dataClass = classes[field.localName];
    clean[field.jsonName] = dataClass === undefined ? redactValue(field.message, value) : `[${dataClass}]`;
  }
  return clean;
}

function redactValue(schema: DescMessage | undefined, value: JsonValue): JsonValue {
  if (!schema || schema.typeName.startsWith('google.')) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(schema, item));
  return typeof value === 'object' && value !== null ? redactJson(schema, value) : value;
}
