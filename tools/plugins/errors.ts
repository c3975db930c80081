// The convention by which an RPC's comment lists its error reasons: a paragraph that begins with `Errors:` (or
// `Errors (of items):` where each item of a batch is refused alone), then reasons separated by commas, each optionally
// with its gRPC code and a remark in brackets, and at the end optionally the reasons of other RPCs of the service:
//
//   Errors: ACCOUNT_NOT_FOUND (NOT_FOUND), LIMIT_EXCEEDED (FAILED_PRECONDITION: of the product), and those of GetAccount
//
// The comment of bank.type.v1.ErrorDetail lists, as `Errors (of any RPC):`, what no RPC needs to list.

/** One reason an RPC may refuse with. Code and remark are empty where the comment says nothing. */
export interface ErrorReason {
  readonly reason: string;
  readonly code: string;
  readonly remark: string;
}

/** The error paragraph of one comment. */
export interface ErrorParagraph {
  /** True for `Errors (of items):`, whose reasons stand in the outcome of an item. */
  readonly ofItems: boolean;
  readonly reasons: readonly ErrorReason[];
  /** The names of other RPCs of the service whose reasons apply as well. */
  readonly alsoOf: readonly string[];
}

const heading = /^Errors(?: \((of items|of any RPC)\))?:\s*/;
const reasonText = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?:\s*\(([^()]*)\))?$/;
const codeText =
  /^(CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|UNAUTHENTICATED)(?::\s*(.*))?$/;

/** The paragraphs of a comment, each on one line, without the blanks at the ends of lines. */
export function paragraphs(comment: string | undefined): string[] {
  return (comment ?? '')
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph
        .split('\n')
        .map((line) => line.trim())
        .join(' ')
        .trim(),
    )
    .filter((paragraph) => paragraph !== '');
}

/** What a comment says but for its error paragraph. */
export function prose(comment: string | undefined): string[] {
  return paragraphs(comment).filter((paragraph) => !heading.test(paragraph));
}

/** The error paragraph of a comment: empty without one. Throws a sentence about what cannot be read. */
export function parseErrors(comment: string | undefined): ErrorParagraph {
  const found = paragraphs(comment).filter((paragraph) => heading.test(paragraph));
  if (found.length > 1) {
    throw new Error('has more than one paragraph that begins with "Errors"');
  }
  const text = found[0] ?? '';
  const body = text.replace(heading, '').replace(/\.$/, '');
  const [list = '', others = ''] = body.split(/,?\s*\band those of\s+/);
  const reasons = splitOutsideBrackets(list).map(parseReason);
  const twice = reasons.find((entry, index) => reasons.findIndex((other) => other.reason === entry.reason) < index);
  if (twice !== undefined) {
    throw new Error(`lists the error reason ${twice.reason} twice`);
  }
  return { ofItems: heading.exec(text)?.[1] === 'of items', reasons, alsoOf: others.match(/[A-Z]\w+/g) ?? [] };
}

function splitOutsideBrackets(list: string): string[] {
  return list
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseReason(text: string): ErrorReason {
  const match = reasonText.exec(text);
  if (match === null) {
    throw new Error(`lists "${text}" among its errors, which is not REASON, REASON (CODE) or REASON (CODE: remark)`);
  }
  const bracket = match[2]?.trim() ?? '';
  const code = codeText.exec(bracket);
  return { reason: match[1] ?? '', code: code?.[1] ?? '', remark: code === null ? bracket : (code[2] ?? '') };
}
