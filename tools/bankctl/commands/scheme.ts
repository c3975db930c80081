import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  GetSchemeStatusResponseSchema,
  IntegrationService,
  ListSchemeExchangesResponseSchema,
  ResumeSchemeResponseSchema,
  SuspendSchemeResponseSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { SchemeExchange, SchemeStatus } from '#gen/bank/integration/v1/scheme_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const client = ({ bank }: Session) => bank().client(IntegrationService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Says how the connection to the scheme is. */
export async function showStatus(session: Session): Promise<void> {
  const answer = await client(session).getSchemeStatus({});
  await session.out.message(GetSchemeStatusResponseSchema, answer, () => statusText(answer.schemeStatus));
}

/** Takes the scheme out of service. */
export async function suspendScheme(session: Session, options: WriteOptions, reason = ''): Promise<void> {
  const answer = await client(session).suspendScheme({ ...commandOf(options), reason });
  await session.out.message(SuspendSchemeResponseSchema, answer, () => statusText(answer.schemeStatus));
}

/** Puts it back into service. */
export async function resumeScheme(session: Session, options: WriteOptions): Promise<void> {
  const answer = await client(session).resumeScheme(commandOf(options));
  await session.out.message(ResumeSchemeResponseSchema, answer, () => statusText(answer.schemeStatus));
}

function statusText(status: SchemeStatus | undefined): string {
  if (!status) return '';
  return fields([
    ['in service', status.suspended ? `no: ${status.suspendReason}` : 'yes'],
    ['left alone', status.circuitOpen ? 'for a moment: it does not answer' : 'no'],
    ['not taken yet', String(status.queuedCount)],
    ['taken, not answered', String(status.unansweredCount)],
    ['put aside', String(status.deadCount)],
    ['answered last', time(status.lastAnswerTime)],
  ]);
}

/** Lists what was sent and fetched. */
export async function listExchanges(session: Session, { limit }: ListOptions): Promise<void> {
  const schemeExchanges: SchemeExchange[] = [];
  const pages = pagesOf((asked) => client(session).listSchemeExchanges(asked), limit);
  for await (const page of pages) schemeExchanges.push(...page.schemeExchanges);
  const answer = create(ListSchemeExchangesResponseSchema, { schemeExchanges });
  await session.out.message(ListSchemeExchangesResponseSchema, answer, () =>
    table(
      ['no.', 'way', 'message', 'identification', 'outcome', 'status', 'took', 'at'],
      schemeExchanges.map((one) => [
        String(one.exchangeNumber),
        one.outgoing ? 'out' : 'in',
        one.messageName,
        one.messageIdentification,
        one.outcome,
        one.httpStatus === 0 ? '' : String(one.httpStatus),
        `${one.durationMs} ms`,
        time(one.endTime),
      ]),
      ['no.', 'took'],
    ),
  );
}
