// What went wrong, in words for a person and for a program, and the exit code that follows from it.

/** The exit codes of every command. */
export const Exit = {
  /** It is done. */
  OK: 0,
  /** The bank refused, or what was checked is not as it should be. */
  REFUSED: 1,
  /** The command line or the input is wrong: nothing was changed. */
  USAGE: 2,
  /** The bank, or a part of it, cannot be reached. */
  UNREACHABLE: 3,
} as const;

/** A failure that bankctl itself has found. */
export class Failure extends Error {
  readonly exit: number;
  /** More to say, one line each. */
  readonly lines: readonly string[];

  constructor(exit: number, message: string, lines: readonly string[] = []) {
    super(message);
    this.name = 'Failure';
    this.exit = exit;
    this.lines = lines;
  }
}

/** The command line or the input is wrong. */
export function usage(message: string, lines: readonly string[] = []): Failure {
  return new Failure(Exit.USAGE, message, lines);
}

/** A failure as it is told. */
export interface Told {
  readonly exit: number;
  readonly message: string;
  /** The bank's reason, e.g. `INSUFFICIENT_FUNDS`. Empty where the bank did not say one. */
  readonly reason: string;
  /** The service whose rule it was. */
  readonly domain: string;
  /** The gRPC code in small letters, e.g. `failed_precondition`. Empty when the failure is bankctl's own. */
  readonly code: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  readonly lines: readonly string[];
}

const SILENT = { reason: '', domain: '', code: '', metadata: {}, violations: [], lines: [] } as const;

/** Says what an error means. An error that nobody expected is thrown again, so that its stack is seen. */
export async function tell(error: unknown): Promise<Told> {
  const own = ownFailure(error);
  if (own) return { ...SILENT, exit: own.exit, message: own.message, lines: own.lines };
  const { Code, ConnectError } = await import('@connectrpc/connect');
  if (!(error instanceof ConnectError)) throw error;
  const { detailOf } = await import('./refusals.ts');
  const detail = detailOf(error);
  const away = error.code === Code.Unavailable || error.code === Code.DeadlineExceeded;
  if (!detail) {
    const exit = away || isBroken(error) ? Exit.UNREACHABLE : Exit.REFUSED;
    return { ...SILENT, exit, message: error.rawMessage || 'The bank answered with an error.', code: nameOf(error) };
  }
  return {
    exit: away ? Exit.UNREACHABLE : Exit.REFUSED,
    message: error.rawMessage,
    reason: detail.reason,
    domain: detail.domain,
    code: nameOf(error),
    metadata: detail.metadata,
    violations: detail.violations.map(({ field, description }) => ({ field, description })),
    lines: detail.reason === 'APPROVAL_REQUIRED' ? approvalLines(detail.metadata['approval_id'] ?? '') : [],
  };

  /** The connection broke in the middle, or something that is no bank answered. */
  function isBroken({ code, cause }: { code: number; cause: unknown }): boolean {
    return cause !== undefined && (code === Code.Aborted || code === Code.Internal || code === Code.Unknown);
  }

  function nameOf({ code }: { code: number }): string {
    const name = Object.entries(Code).find(([, value]) => value === code)?.[0] ?? 'Unknown';
    return name.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase();
  }
}

/** What is next when somebody else has to approve. */
function approvalLines(approvalId: string): string[] {
  return [
    `It awaits approval. Somebody else decides: bankctl approval approve ${approvalId}`,
    `What became of it:                         bankctl approval show ${approvalId}`,
  ];
}

/** The failure that bankctl itself has found, also where connect-es has wrapped it into an error of its own. */
export function ownFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  return error instanceof Error && error.cause instanceof Failure ? error.cause : undefined;
}

/** A failure as lines for a person. */
export function linesOf({ message, reason, domain, code, metadata, violations, lines }: Told): string[] {
  const tags = [reason, domain && `by ${domain}`, code].filter(Boolean).join(', ');
  return [
    tags ? `${message} (${tags})` : message,
    ...Object.entries(metadata).map(([name, value]) => `  ${name}: ${value}`),
    ...violations.map(({ field, description }) => `  ${field}: ${description}`),
    ...lines.map((line) => `  ${line}`),
  ];
}
