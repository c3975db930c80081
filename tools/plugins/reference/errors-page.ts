// The page of all error reasons, each with the RPCs that may answer it.
import type { Contract } from '../contract.ts';
import { commonErrors, errorsOf, reasonsOf } from '../contract.ts';
import { anchor, page, table } from './markdown.ts';

interface Found {
  readonly codes: Set<string>;
  readonly rpcs: string[];
}

/** The text of errors.md. */
export function errorsPage(contract: Contract): string {
  const common = commonErrors(contract);
  const found = [...collect(contract)].sort(([a], [b]) => (a < b ? -1 : 1));
  return page(
    '<!-- Generated from proto/bank by tools/plugins/protoc-gen-bank-reference.ts. Not to be edited. -->',
    '# Errors',
    'Every error carries a gRPC code and one `bank.type.v1.ErrorDetail` with a stable reason for programs. ' +
      'How it looks in JSON: [the index](README.md#errors).',
    common.length === 0 ? '' : '## Reasons of every RPC',
    table(
      ['reason', 'code', 'when'],
      common.map((entry) => [`\`${entry.reason}\``, `\`${entry.code}\``, entry.remark]),
    ),
    '## Reasons of particular RPCs',
    table(
      ['reason', 'code', 'RPCs'],
      found.map(([reason, { codes, rpcs }]) => [
        `\`${reason}\``,
        [...codes]
          .sort()
          .map((code) => `\`${code}\``)
          .join(', '),
        rpcs.join(', '),
      ]),
    ),
  );
}

function collect(contract: Contract): Map<string, Found> {
  const found = new Map<string, Found>();
  const at = (reason: string): Found => {
    const entry = found.get(reason) ?? { codes: new Set<string>(), rpcs: [] };
    found.set(reason, entry);
    return entry;
  };
  for (const { method, workload } of contract.rpcs) {
    for (const reason of reasonsOf(method)) {
      at(reason).rpcs.push(`[${workload}.${method.name}](${workload}.md#${anchor(method.name)})`);
    }
    for (const { reason, code } of errorsOf(method).reasons.filter((entry) => entry.code !== '')) {
      at(reason).codes.add(code);
    }
  }
  return found;
}
