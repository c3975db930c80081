// The parts that all pages share: field tables, messages, enums and the links between them.
import type { DescEnum, DescField, DescFile, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { getComments } from '@bufbuild/protoplugin';
import { workloadOf } from '../contract.ts';
import { paragraphs, prose } from '../errors.ts';
import type { Options } from '../options.ts';
import { constraintWords } from './constraints.ts';
import { anchor, page, plainWord, table } from './markdown.ts';

const sharedPackages = ['type', 'options'];
const wellKnownTypes: Readonly<Record<string, string>> = {
  'google.protobuf.Timestamp': 'timestamp',
  'google.protobuf.Duration': 'duration',
  'google.protobuf.FieldMask': 'field mask',
  'google.protobuf.Any': 'any',
};
const accessWords: Readonly<Record<string, string>> = {
  VIEW: 'the caller must be allowed to see it',
  ACT: 'the caller must be allowed to act on it',
  NAMED: 'merely named',
};

/** The name of the page on which a package is described: `ledger.md`, `types.md`. */
export function pageOf(file: DescFile): string {
  const name = workloadOf(file);
  return sharedPackages.includes(name) ? 'types.md' : `${name}.md`;
}

/** The section of a message: its comment and the table of its fields. */
export function messageSection(message: DescMessage, options: Options, level: string): string {
  return page(
    `${level} ${localNameOf(message)}`,
    commentText(message),
    webhookText(message, options),
    message.fields.length === 0 ? 'No fields.' : fieldTable(message, options),
  ).trimEnd();
}

/** Who hears of an event by webhook, in a sentence; empty for what leaves by none. */
function webhookText(message: DescMessage, options: Options): string {
  const webhook = options.webhookOf(message);
  if (webhook === undefined) {
    return '';
  }
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const partners = webhook.grants.flatMap(({ scopes }) => scopes);
  const heard =
    webhook.holdersOf.length > 0 ? `customers who hold ${code(webhook.holdersOf)}` : 'all customers who ask for it';
  const shortened =
    webhook.firstOnly.length > 0 ? ` Only holders of the first of them are told ${code(webhook.firstOnly)}.` : '';
  return `By webhook: ${heard}${partners.length > 0 ? `, and partners with ${code(partners)}` : ''}.${shortened}`;
}

/** The section of an enum: its comment and the table of its values. */
export function enumSection(declaration: DescEnum, level: string): string {
  const rows = declaration.values
    .filter((value) => value.number !== 0)
    .map((value) => [`\`${value.name}\``, paragraphs(getComments(value).leading).join(' ')]);
  return page(
    `${level} ${localNameOf(declaration)}`,
    commentText(declaration),
    table(['value', 'means'], rows),
  ).trimEnd();
}

/** The table of a message's fields. Links lead to other pages, or to sections of the same one. */
export function fieldTable(message: DescMessage, options: Options): string {
  const rows = message.fields.map((field) => [
    `\`${field.jsonName}\``,
    typeText(field),
    ruleText(field, options),
    [oneofText(field), ...paragraphs(getComments(field).leading)].filter((text) => text !== '').join(' '),
  ]);
  return table(['field', 'type', 'rules', 'means'], rows);
}

/** What a declaration's comment says, paragraph by paragraph, without its errors. */
export function commentText(desc: Parameters<typeof getComments>[0]): string {
  return prose(getComments(desc).leading).join('\n\n');
}

function typeText(field: DescField): string {
  switch (field.fieldKind) {
    case 'list':
      return `list of ${valueText(field)}`;
    case 'map':
      return `map of ${ScalarType[field.mapKey].toLowerCase()} to ${valueText(field)}`;
    default:
      return valueText(field);
  }
}

function valueText(field: DescField): string {
  const held = field.message ?? field.enum;
  if (held === undefined) {
    return field.scalar === undefined ? '' : ScalarType[field.scalar].toLowerCase();
  }
  if (!held.typeName.startsWith('bank.')) {
    return wellKnownTypes[held.typeName] ?? `\`${held.typeName}\``;
  }
  const other = pageOf(held.file) === pageOf(field.parent.file) ? '' : pageOf(held.file);
  // A request stands in the section of its RPC.
  const rpc = held.file.services.flatMap(({ methods }) => methods).find(({ input }) => input === held);
  return `[${localNameOf(held)}](${other}#${anchor(rpc?.name ?? localNameOf(held))})`;
}

function ruleText(field: DescField, options: Options): string {
  const id = options.idOf(field);
  const data = options.dataOf(field);
  const guarded = data !== undefined && data.class !== 'PUBLIC';
  return [
    ...constraintWords(field),
    ...(id === undefined ? [] : [`id (${plainWord(id.kind)}): ${accessWords[id.access] ?? id.access}`]),
    ...(guarded ? [`**${plainWord(data.class)}** data, kept: ${plainWord(data.retention)}`] : []),
  ].join('; ');
}

function oneofText(field: DescField): string {
  if (field.oneof === undefined) {
    return '';
  }
  const others = field.oneof.fields.filter((other) => other !== field).map((other) => `\`${other.jsonName}\``);
  return others.length === 0 ? '' : `(Or ${others.join(' or ')}.)`;
}

function localNameOf(desc: DescMessage | DescEnum): string {
  return desc.parent === undefined ? desc.name : `${localNameOf(desc.parent)}.${desc.name}`;
}
