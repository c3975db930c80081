// The index of the reference: how to call the bank, and the conventions that hold everywhere.
import { getComments } from '@bufbuild/protoplugin';
import type { Contract } from '../contract.ts';
import { workloadOf } from '../contract.ts';
import { prose } from '../errors.ts';
import { page, table } from './markdown.ts';
import { callerText } from './rpc-section.ts';

/** The text of README.md. */
export function readmePage(contract: Contract): string {
  const services = contract.services.map((service) => {
    const rpcs = contract.rpcs.filter((rpc) => rpc.method.parent === service);
    const open = rpcs.filter((rpc) => rpc.rule?.callers.includes('edge'));
    const workload = workloadOf(service.file);
    const summary = prose(getComments(service).leading)[0]?.split(/(?<=\.)\s/)[0] ?? '';
    return [`[${workload}](${workload}.md)`, `\`${service.typeName}\``, `${open.length} of ${rpcs.length}`, summary];
  });
  const index = contract.rpcs
    .filter((rpc) => rpc.rule?.callers.includes('edge'))
    .map((rpc) => [
      `[${rpc.workload}.${rpc.method.name}](${rpc.workload}.md#${rpc.method.name.toLowerCase()})`,
      callerText(rpc),
    ]);
  return page(
    '<!-- Generated from proto/bank by tools/plugins/protoc-gen-bank-reference.ts. Not to be edited. -->',
    '# Reference',
    "Every RPC, message, event and error of the bank, written from the contracts in `proto/bank`. To change a page, change the contract's comments and run `make gen`.",
    '## Services',
    table(['service', 'name', 'RPCs open through the edge', 'what it does'], services),
    'And the [shared types](types.md) and all [errors](errors.md).',
    guide,
    index.length === 0 ? '' : '## All RPCs that are open through the edge',
    table(['RPC', 'who may call it'], index),
  );
}

const guide = `## Calling the bank

The edge speaks the Connect protocol (JSON or binary) and gRPC-Web on http://localhost:8080, and gRPC on localhost:8081
(in development without TLS). One call is one POST to \`/<service>/<method>\`; a content type that the edge does not speak is
answered by HTTP 415, another method than POST by 405, both without a body.

\`\`\`sh
curl -s http://localhost:8080/bank.ledger.v1.LedgerService/GetBusinessDate \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{}'
\`\`\`

With buf, from the root of the repository (it knows the messages from \`proto/\`). RPCs that answer with a stream need
it: plain curl does not write the envelopes of their messages.

\`\`\`sh
npm exec -- buf curl --schema . --http2-prior-knowledge --protocol grpc -H "Authorization: Bearer $TOKEN" \\
  -d '{}' http://localhost:8081/bank.ledger.v1.LedgerService/GetBusinessDate
npm exec -- buf curl --schema . -H "Authorization: Bearer $TOKEN" \\
  -d '{}' http://localhost:8080/bank.ledger.v1.LedgerService/GetBusinessDate
\`\`\`

From a browser, \`@connectrpc/connect-web\` with the generated descriptors and \`createConnectTransport({ baseUrl: 'http://localhost:8080' })\`.
Pages of localhost may call it as it stands; those of other origins are named in \`EDGE_ALLOWED_ORIGINS\`.

\`$TOKEN\` is the bearer token of a customer, a member of staff or a partner. In development, and nowhere else, the bank
gives one to whoever asks; the README at the root says how. Its subject is \`customer:<id>\`, \`partner:<name>\` or
\`staff:<role>\`: one or more, with commas between, of teller, branch-manager, back-office, loan-officer, treasury, compliance,
auditor and administrator, and \`staff:teller@brn_praha\` for one who works for a branch. RPCs that are open to anybody take no token.

In JSON a field has its lowerCamelCase name (\`accountId\`); its name in the contract (\`account_id\`) is read as well. Fields
that the contract does not know are refused. Fields without a value are left out of answers, as are numbers that are 0 and booleans that are
false.

## Writing

Every command takes a \`requestId\` that the caller makes (a UUID will do). The same \`requestId\` with the same content gets the
same answer, for ever, so a call that was cut off can simply be sent again. Refusals are answers too, but for
INVALID_ARGUMENT and the errors that ask for a repeat. With other content the \`requestId\` is refused: \`REQUEST_EXISTS\`.

\`validateOnly: true\` answers what would happen, and nothing happens: ids that it would have made name nothing, and the
\`requestId\` is not used up.

## Errors

An error has a gRPC code, a sentence for developers, and a detail with a stable reason for programs. Over Connect:

\`\`\`json
{
  "code": "failed_precondition",
  "message": "There is not enough money on the account.",
  "details": [
    {
      "type": "bank.type.v1.ErrorDetail",
      "value": "<the detail, protobuf in base64>",
      "debug": { "reason": "INSUFFICIENT_FUNDS", "domain": "transaction" }
    }
  ]
}
\`\`\`

The HTTP status follows the code. Over gRPC the same detail stands in \`grpc-status-details-bin\`. INVALID_ARGUMENT names each
field that is wrong in \`violations\`. [All reasons](errors.md).

## Ids, money, dates, pages

- Ids are strings with a prefix that says what they name: \`cus_\`, \`acc_\`, \`prd_\`, \`lac_\`, \`jnl_\`, \`hld_\`, \`txn_\`. They are ordered by time of making. The rules
  say of each id field what it names and what the caller must be allowed to do with it: see it, act on it, or merely name it.
- Money is \`{"currencyCode": "EUR", "amount": "12.50"}\`: the amount is a decimal string with no more decimals than the currency has, never a number.
- Dates are business dates, \`"2026-01-31"\`. Instants are timestamps in RFC 3339, \`"2026-01-31T12:00:00Z"\`. 64-bit integers are strings in JSON.
- Enums are written by name, \`"SIDE_DEBIT"\`.
- Lists take \`pageSize\` and \`pageToken\` and answer with \`nextPageToken\`, empty on the last page. A token is good only for the filter it came from.
- Updates take an \`updateMask\` with the fields to change, \`"displayName,contacts"\`, and the \`etag\` of what was read: a change in between is refused.`;
