// Reads the validation rules of a field (buf.validate) and says them in words.
import type { DescField } from '@bufbuild/protobuf';
import { getOption, hasOption } from '@bufbuild/protobuf';
import type {
  EnumRules,
  FieldRules,
  Int32Rules,
  MapRules,
  RepeatedRules,
  StringRules,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { field as fieldExtension, Ignore } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { count, sentenceList } from './markdown.ts';

/** The validation rules of a field, or undefined when it has none. */
export function rulesOf(field: DescField): FieldRules | undefined {
  return hasOption(field, fieldExtension) ? getOption(field, fieldExtension) : undefined;
}

/** What a field must be, in words, e.g. `['required', '1 to 64 characters']`. */
export function constraintWords(field: DescField): string[] {
  const rules = rulesOf(field);
  return rules === undefined ? [] : [...new Set(wordsOf(rules, field))];
}

/** True when an empty or absent value does not pass. */
export function isRequired(rules: FieldRules): boolean {
  if (rules.required) {
    return true;
  }
  if (rules.ignore === Ignore.IF_ZERO_VALUE) {
    return false;
  }
  const { type } = rules;
  switch (type.case) {
    case 'string':
      return type.value.minLen > 0n || type.value.len > 0n || !matches(type.value.pattern, '');
    case 'enum':
      return type.value.notIn.includes(0);
    case 'repeated':
      return type.value.minItems > 0n;
    case 'map':
      return type.value.minPairs > 0n;
    default:
      return false;
  }
}

/** True when the text matches a pattern, or there is none. RE2 and JavaScript agree on what contracts use. */
export function matches(pattern: string, text: string): boolean {
  return pattern === '' || new RegExp(pattern, 'u').test(text);
}

function wordsOf(rules: FieldRules, field: DescField): string[] {
  return [
    ...(isRequired(rules) ? ['required'] : []),
    ...typeWords(rules, field),
    ...rules.cel.map((rule) => rule.message || `\`${rule.expression}\``),
    ...rules.celExpression.map((expression) => `\`${expression}\``),
  ];
}

function typeWords({ type }: FieldRules, field: DescField): string[] {
  switch (type.case) {
    case 'string':
      return stringWords(type.value);
    case 'enum':
      return enumWords(type.value, field);
    case 'int32':
      return numberWords(type.value);
    case 'repeated':
      return repeatedWords(type.value, field);
    case 'map':
      return mapWords(type.value, field);
    case 'bytes':
      return rangeWords(type.value.minLen, type.value.maxLen, 'bytes');
    case 'bool':
      return type.value.const ? ['must be true'] : [];
    default:
      return [];
  }
}

function stringWords(rules: StringRules): string[] {
  return [
    ...(rules.const === '' ? [] : [`\`${rules.const}\``]),
    ...(rules.len > 0n ? [`${count(rules.len)} characters`] : rangeWords(rules.minLen, rules.maxLen, 'characters')),
    ...(rules.pattern === '' ? [] : [`matches \`${rules.pattern}\``]),
    ...(rules.prefix === '' ? [] : [`begins with \`${rules.prefix}\``]),
    ...(rules.in.length === 0
      ? []
      : [
          `one of ${sentenceList(
            rules.in.map((word) => `\`${word}\``),
            'or',
          )}`,
        ]),
    ...(rules.wellKnown.case === undefined
      ? []
      : [`a valid ${rules.wellKnown.case.replaceAll(/([A-Z])/g, ' $1').toLowerCase()}`]),
  ];
}

function enumWords(rules: EnumRules, field: DescField): string[] {
  const named = (numbers: readonly number[]): string[] => {
    return numbers.filter((number) => number !== 0).map((number) => `\`${field.enum?.value[number]?.name ?? number}\``);
  };
  const refused = named(rules.notIn);
  const allowed = named(rules.in);
  return [
    ...(refused.length === 0 ? [] : [`not ${sentenceList(refused, 'or')}`]),
    ...(allowed.length === 0 ? [] : [`one of ${sentenceList(allowed, 'or')}`]),
  ];
}

function numberWords(rules: Int32Rules): string[] {
  const lower = { gt: 'more than', gte: 'at least' };
  const upper = { lt: 'less than', lte: 'at most' };
  const { greaterThan, lessThan } = rules;
  return [
    ...(greaterThan.case === undefined ? [] : [`${lower[greaterThan.case]} ${count(greaterThan.value)}`]),
    ...(lessThan.case === undefined ? [] : [`${upper[lessThan.case]} ${count(lessThan.value)}`]),
    ...(rules.in.length === 0 ? [] : [`one of ${sentenceList(rules.in.map(String), 'or')}`]),
  ];
}

function repeatedWords(rules: RepeatedRules, field: DescField): string[] {
  const each = rules.items === undefined ? [] : wordsOf(rules.items, field);
  return [
    ...rangeWords(rules.minItems, rules.maxItems, 'items'),
    ...(rules.unique ? ['no item twice'] : []),
    ...(each.length === 0 ? [] : [`each ${each.join(', ')}`]),
  ];
}

function mapWords(rules: MapRules, field: DescField): string[] {
  const keys = rules.keys === undefined ? [] : wordsOf(rules.keys, field);
  const values = rules.values === undefined ? [] : wordsOf(rules.values, field);
  return [
    ...rangeWords(rules.minPairs, rules.maxPairs, 'pairs'),
    ...(keys.length === 0 ? [] : [`each key ${keys.join(', ')}`]),
    ...(values.length === 0 ? [] : [`each value ${values.join(', ')}`]),
  ];
}

function rangeWords(least: bigint, most: bigint, unit: string): string[] {
  if (least > 0n && most > 0n) {
    return [least === most ? `${count(least)} ${unit}` : `${count(least)} to ${count(most)} ${unit}`];
  }
  if (most > 0n) {
    return [`at most ${count(most)} ${unit}`];
  }
  return least > 0n ? [`at least ${count(least)} ${unit}`] : [];
}
