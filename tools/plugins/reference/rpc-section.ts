// The section of one RPC: what it does, who may call it, what goes in, what comes out, and how to try it.
import { getComments } from '@bufbuild/protoplugin';
import type { Contract, Rpc } from '../contract.ts';
import { errorsOf } from '../contract.ts';
import type { ErrorReason } from '../errors.ts';
import { paragraphs } from '../errors.ts';
import { isKeyedByItem } from '../field-policy.ts';
import type { Grant } from '../options.ts';
import { principalCallers } from '../workloads.ts';
import { commentText, fieldTable } from './declarations.ts';
import { anchor, page, plainWord, sentenceList, table } from './markdown.ts';
import { sampleOf } from './samples.ts';

/** The section of one RPC, under a heading of level 3. */
export function rpcSection(rpc: Rpc, contract: Contract): string {
  const { method } = rpc;
  return page(
    `### ${method.name}`,
    commentText(method),
    [`- RPC: \`${rpc.path}\``, `- Who may call it: ${callerText(rpc)}`, `- Repeating it: ${repeatText(rpc)}`].join(
      '\n',
    ),
    errorText(rpc),
    `${isStreamed(method, 'input') ? 'Stream of requests' : 'Request'} \`${method.input.name}\`: ${lowerFirst(paragraphs(getComments(method.input).leading).join(' '))}`,
    fieldTable(method.input, contract.options),
    `${isStreamed(method, 'output') ? 'Stream of responses' : 'Response'} \`${method.output.name}\`: ${lowerFirst(
      paragraphs(getComments(method.output).leading).join(' '),
    )}`,
    fieldTable(method.output, contract.options),
    exampleText(rpc, contract),
  ).trimEnd();
}

function isStreamed({ methodKind }: Rpc['method'], side: 'input' | 'output'): boolean {
  return methodKind === 'bidi_streaming' || methodKind === (side === 'input' ? 'client_streaming' : 'server_streaming');
}

/** Who may call an RPC, in words: the people first, then the services. */
export function callerText({ rule }: Rpc): string {
  const services = (rule?.callers ?? []).filter((caller) => !principalCallers.includes(caller));
  const people = (rule?.grants ?? []).map(grantText);
  const through = rule?.callers.includes('edge') ? 'through the edge' : 'through an approval';
  return [
    ...(people.length === 0 ? [] : [`${sentenceList(people)}, ${through}`]),
    ...(people.length === 0 && rule?.callers.includes('edge') ? ['the edge, of its own accord'] : []),
    ...(services.length === 0 ? [] : [`the workload${services.length > 1 ? 's' : ''} ${sentenceList(services)}`]),
  ].join('; ');
}

function grantText({ audience, roles, scopes, approvers }: Grant): string {
  switch (audience) {
    case 'PUBLIC':
      return 'anybody, without a token';
    case 'CHANNEL':
      return 'customers';
    case 'STAFF':
      return `staff (${sentenceList(roles.map(plainWord), 'or')}${approvalText(approvers)})`;
    default:
      return `partners (scope ${sentenceList(
        scopes.map((scope) => `\`${scope}\``),
        'or',
      )})`;
  }
}

function approvalText(approvers: readonly string[]): string {
  return approvers.length === 0 ? '' : `; somebody else approves: ${sentenceList(approvers.map(plainWord), 'or')}`;
}

function repeatText({ method, idempotency, rule }: Rpc): string {
  if (idempotency === 'no_side_effects') {
    return 'it only reads and may be repeated freely.';
  }
  if (rule?.noReplay === true) {
    return 'it takes or answers credentials, of which nothing is stored: a repeat with the same `requestId` is refused with `ANSWER_NOT_KEPT`.';
  }
  if (isKeyedByItem(method.name)) {
    return 'each item has its own key: the same key and content get the same outcome, for ever.';
  }
  return 'the same `requestId` and content get the same answer, for ever.';
}

function errorText({ method }: Rpc): string {
  const { ofItems, reasons, alsoOf } = errorsOf(method);
  const also = alsoOf.map((name) => `[${name}](#${anchor(name)})`);
  if (reasons.length + also.length === 0) {
    return 'Errors: none of its own, see [errors](errors.md).';
  }
  const rows = reasons.map((entry) => [`\`${entry.reason}\``, codeCell(entry), entry.remark]);
  const heading = ofItems ? 'Errors, in the outcome of the item that is refused:' : 'Errors:';
  return page(
    heading,
    table(['reason', 'code', 'when'], rows),
    also.length === 0 ? '' : `And those of ${sentenceList(also)}.`,
  ).trimEnd();
}

function exampleText(rpc: Rpc, contract: Contract): string {
  const body = sampleOf(rpc.method.input, contract.options);
  const grant = rpc.rule?.grants[0];
  if (rpc.rule?.callers.includes('edge') !== true || grant === undefined) {
    return page(
      'Not reachable from outside. A request may look like this:',
      fence('json', JSON.stringify(body, null, 2)),
    ).trimEnd();
  }
  const token = grant.audience === 'PUBLIC' ? '' : `  -H "Authorization: Bearer $TOKEN" \\\n`;
  const data = `  -d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`;
  const url = `http://localhost:8080/${rpc.path}`;
  // A stream's messages stand in envelopes, which plain curl does not write.
  const command = isStreamed(rpc.method, 'output')
    ? [`npm exec -- buf curl --schema . \\\n`, token, `${data} \\\n`, `  ${url}`]
    : [`curl -s ${url} \\\n`, token, `  -H 'Content-Type: application/json' \\\n`, data];
  return page(exampleHeading(grant), fence('sh', command.join(''))).trimEnd();
}

function exampleHeading({ audience, roles, scopes }: Grant): string {
  switch (audience) {
    case 'PUBLIC':
      return 'Example, without a token:';
    case 'CHANNEL':
      return 'Example, with the token of a customer:';
    case 'STAFF':
      return `Example, with the token of a member of staff (${plainWord(roles[0] ?? '')}):`;
    default:
      return `Example, with the token of a partner (scope \`${scopes[0] ?? ''}\`):`;
  }
}

function codeCell({ code }: ErrorReason): string {
  return code === '' ? '' : `\`${code}\``;
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
