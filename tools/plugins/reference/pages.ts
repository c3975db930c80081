// Composes the pages of docs/reference from the contract.
import type { DescEnum, DescFile, DescMessage } from '@bufbuild/protobuf';
import { getPackageComments } from '@bufbuild/protoplugin';
import type { Contract } from '../contract.ts';
import { byKey, workloadOf } from '../contract.ts';
import { paragraphs } from '../errors.ts';
import { commentText, enumSection, messageSection, pageOf } from './declarations.ts';
import { errorsPage } from './errors-page.ts';
import { anchor, page, table } from './markdown.ts';
import { readmePage } from './readme-page.ts';
import { callerText, rpcSection } from './rpc-section.ts';

/** All pages of the reference, by file name. */
export function referencePages(contract: Contract): Map<string, string> {
  const workloads = [...new Set(contract.services.map((service) => workloadOf(service.file)))];
  return new Map([
    ['README.md', readmePage(contract)],
    ['errors.md', errorsPage(contract)],
    ['types.md', typesPage(contract)],
    ...workloads.map((workload) => [`${workload}.md`, servicePage(workload, contract)] as const),
  ]);
}

function servicePage(workload: string, contract: Contract): string {
  const files = contract.files.filter((file) => workloadOf(file) === workload);
  const rpcs = contract.rpcs.filter((rpc) => rpc.workload === workload);
  const ofRpcs = new Set(rpcs.flatMap(({ method }) => [method.input, method.output]));
  const messages = files.flatMap((file) => file.messages.flatMap(withNested)).filter((message) => !ofRpcs.has(message));
  const events = messages.filter((message) => isEventFile(message.file));
  const nouns = messages.filter((message) => !isEventFile(message.file));
  const section = (message: DescMessage): string => messageSection(message, contract.options, '###');
  const rows = rpcs.map((rpc) => [`[${rpc.method.name}](#${anchor(rpc.method.name)})`, callerText(rpc)]);
  return page(
    generated,
    `# ${workload}`,
    ...files.map((file) => paragraphs(getPackageComments(file).leading).join('\n\n')),
    ...files.flatMap((file) => file.services).map((service) => `\`${service.typeName}\`: ${commentText(service)}`),
    'How to call it, and what ids, money, dates and pages look like: [the index](README.md).',
    table(['RPC', 'who may call it'], rows),
    '## RPCs',
    ...rpcs.map((rpc) => rpcSection(rpc, contract)),
    nouns.length === 0 ? '' : '## Messages',
    ...nouns.sort(byKey((message) => message.name)).map(section),
    ...enumBlock(files.flatMap(enumsOf)),
    events.length === 0 ? '' : `## Events\n\n${eventsText(workload)}`,
    ...events.map(section),
  );
}

function typesPage(contract: Contract): string {
  const files = contract.files.filter((file) => pageOf(file) === 'types.md' && workloadOf(file) === 'type');
  const used = contract.messages.flatMap((message) => message.fields).flatMap((field) => field.enum ?? []);
  // Of the options only the words that stand in messages, such as the audience of an actor.
  const optionEnums = contract.files
    .filter((file) => workloadOf(file) === 'options')
    .flatMap(enumsOf)
    .filter((declaration) => used.some((held) => held === declaration) && !isOptionOnly(declaration, contract));
  const messages = files.flatMap((file) => file.messages.flatMap(withNested)).sort(byKey((message) => message.name));
  return page(
    generated,
    '# Shared types',
    'The messages of `bank.type.v1`, which all services share. [The index](README.md) says how to write them in JSON.',
    ...messages.map((message) => messageSection(message, contract.options, '##')),
    ...[...files.flatMap(enumsOf), ...optionEnums].map((declaration) => enumSection(declaration, '##')),
  );
}

function isOptionOnly(declaration: DescEnum, contract: Contract): boolean {
  const holders = contract.messages.filter((message) => message.fields.some((field) => field.enum === declaration));
  return holders.every((message) => workloadOf(message.file) === 'options');
}

function enumBlock(enums: DescEnum[]): string[] {
  const sorted = enums.sort(byKey((declaration) => declaration.name));
  return sorted.length === 0 ? [] : ['## Enums', ...sorted.map((declaration) => enumSection(declaration, '###'))];
}

function eventsText(workload: string): string {
  return (
    `Published as the payload of an [EventEnvelope](types.md#eventenvelope) on \`bank.${workload}.v1.p<k>.<Event>\`, ` +
    'at least once, in order per aggregate.'
  );
}

function enumsOf(file: DescFile): DescEnum[] {
  return [...file.enums, ...file.messages.flatMap(withNested).flatMap((message) => message.nestedEnums)];
}

function withNested(message: DescMessage): DescMessage[] {
  return [message, ...message.nestedMessages.flatMap(withNested)];
}

function isEventFile(file: DescFile): boolean {
  return file.name.endsWith('_events');
}

const generated = '<!-- Generated from proto/bank by tools/plugins/protoc-gen-bank-reference.ts. Not to be edited. -->';
