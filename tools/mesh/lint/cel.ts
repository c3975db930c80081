// The rules of CRDs that are written in CEL (x-kubernetes-validations), and that lists which are maps have no key twice.
import { type CelInput, CelScalar, celEnv, celFunc, celMethod, isCelError, mapType, parse, plan } from '@bufbuild/cel';
import { strings as stringFunctions } from '@bufbuild/cel/ext';
import { at, fields, list, strings, textOf } from '../objects.ts';

type Rule = ReturnType<typeof plan>;

const RESERVED = new Set([
  'namespace',
  'package',
  'import',
  'in',
  'as',
  'function',
  'const',
  'loop',
  'var',
  'void',
  'while',
]);

/** A rule is compiled once. */
const compiled = new Map<string, Rule>();

const { BOOL, DYN, STRING } = CelScalar;
const URL_TYPE = mapType(STRING, DYN);

/** With what Kubernetes adds to CEL, as far as the rules that we have seen use it. */
const environment = celEnv({
  funcs: [
    ...stringFunctions,
    celFunc('isURL', [STRING], BOOL, (text) => URL.canParse(text)),
    celFunc('url', [STRING], URL_TYPE, (text) => new Map([['scheme', new URL(text).protocol.replace(/:$/, '')]])),
    celMethod('getScheme', URL_TYPE, [], STRING, function () {
      return textOf(this.get('scheme'));
    }),
  ],
});

/** What rules anywhere in a schema say against a value, with the way to the field. */
export function ruleViolations(schema: unknown, value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  const rules = list(at(schema, 'x-kubernetes-validations')).flatMap((rule) => ruleViolation(rule, value, path));
  return [...rules, ...keysTwice(schema, value, path), ...inside(schema, value, path)];
}

function inside(schema: unknown, value: unknown, path: string): string[] {
  const items = at(schema, 'items');
  if (Array.isArray(value)) return value.flatMap((item, index) => ruleViolations(items, item, `${path}/${index}`));
  const more = at(schema, 'additionalProperties');
  return fields(value).flatMap(([name, part]) =>
    ruleViolations(at(schema, 'properties', name) ?? more, part, `${path}/${name}`),
  );
}

/** Rules about a change (`oldSelf`) have nothing to say of an object that stands alone. */
function ruleViolation(rule: unknown, value: unknown, path: string): string[] {
  const text = textOf(at(rule, 'rule'));
  if (text.includes('oldSelf')) return [];
  const check = compiled.get(text) ?? plan(environment, parse(text));
  compiled.set(text, check);
  const message = textOf(at(rule, 'message') ?? text);
  const result = check({ self: celValue(value) });
  if (result === true) return [];
  // A rule that cannot be told is broken, as for an API server.
  return [`${path || '/'} ${message}${isCelError(result) ? ` (${result.message})` : ''}`];
}

/** Whole numbers are int in CEL, which are BigInt here. Fields that CEL reserves the names of are written with lines around. */
function celValue(value: unknown): CelInput {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== 'object' || value === null) return value as CelInput;
  return new Map(
    fields(value).map(([name, part]) => [RESERVED.has(name) ? `__${name}__` : name, celValue(part)] as const),
  ) as CelInput;
}

function keysTwice(schema: unknown, value: unknown, path: string): string[] {
  const names = strings(at(schema, 'x-kubernetes-list-map-keys'));
  const isSet = at(schema, 'x-kubernetes-list-type') === 'set';
  if (names.length === 0 && !isSet) return [];
  const keys = list(value).map((item) => JSON.stringify(isSet ? item : names.map((name) => at(item, name))));
  const twice = keys.filter((key, index) => keys.indexOf(key) < index);
  return twice.map((key) => `${path} has ${key} twice`);
}
