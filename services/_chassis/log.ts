// Structured logs (pino), one JSON line each. Messages of the contract are logged only through `redact`, which blanks
// every field that the contract does not class as PUBLIC; of errors there is only what describeError leaves of them.
import { mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DescField, DescMessage, JsonObject, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { toJson } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { dataClasses } from '#gen/bank/rules.ts';
import { describeError } from './describe-error.ts';

export type Logger = pino.Logger;

const SERIALIZERS = { err: describeError, error: describeError };

/** Makes the log of one service. `level` is pino's; without a `file` it goes to standard output. */
export function makeLog(name: string, level: string, file = ''): Logger {
  const options = {
    name,
    level,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: SERIALIZERS,
  };
  return file === '' ? pino(options) : pino(options, pino.destination(openLog(file)));
}

/** Open before anything is logged: pino's own way throws in a process that ends before its file is open. */
function openLog(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true });
  return openSync(file, 'a');
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
    clean[field.jsonName] = dataClass === undefined ? redactField(field, value) : `[${dataClass}]`;
  }
  return clean;
}

/** Of a map, the values; its keys say which are which, and a map with personal keys is classed as a whole. */
function redactField(field: DescField, value: JsonValue): JsonValue {
  const { message } = field;
  if (field.fieldKind !== 'map') return redactValue(message, value);
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [key, redactValue(message, item)]),
  );
}

function redactValue(schema: DescMessage | undefined, value: JsonValue): JsonValue {
  if (!schema || schema.typeName.startsWith('google.')) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(schema, item));
  return typeof value === 'object' && value !== null ? redactJson(schema, value) : value;
}
