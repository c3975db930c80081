import { create } from '@bufbuild/protobuf';
import { refusalMessage } from '#chassis/grpc.ts';
import { deadlineOf, type Rpcs } from '#chassis/serve.ts';
import { continueTrace } from '#chassis/trace.ts';
import { type LedgerService, PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { postJournals } from './post-journals.ts';

/** Answers each message of the stream as PostJournals would answer it alone. */
export function postJournalStream(context: Context): Rpcs<typeof LedgerService>['postJournalStream'] {
  const post = postJournals(context);
  return {
    async answer({ correlation, journals, validateOnly, timeoutMs, traceparent }, call) {
      const deadline = timeoutMs > 0 ? deadlineOf(Date.now() + timeoutMs) : call.deadline;
      const request = create(PostJournalsRequestSchema, { journals, validateOnly });
      const trace = traceparent === '' ? call.trace : continueTrace(traceparent);
      const { outcomes = [] } = await post(request, { ...call, deadline, trace });
      return { correlation, result: { case: 'outcomes', value: { outcomes } } };
    },
    refused: (refusal, message) => ({
      correlation: message?.correlation ?? '',
      result: { case: 'refusal', value: refusalMessage(refusal) },
    }),
  };
}
