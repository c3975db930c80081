// A call that its caller may not make alone goes to security, which keeps it until somebody else has decided on it.
import { create, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { asBuffer } from '#chassis/encode.ts';
import { refuseCall } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { ApprovalState, ApprovalStateSchema } from '#gen/bank/security/v1/approval_pb.ts';
import {
  SecurityService,
  SubmitForApprovalRequestSchema,
  SubmitForApprovalResponseSchema,
} from '#gen/bank/security/v1/security_service_pb.ts';

/** Sends a request to security's SubmitForApproval and answers its response. */
type Submit = (method: string, request: Buffer) => Promise<Buffer>;

/**
 * Answers a call that somebody else must approve: as its service did, once it is executed or when it only asks what would
 * happen. Before, and when it will not be done, refuses APPROVAL_REQUIRED and APPROVAL_ENDED, with its `approval_id`.
 */
export async function answerApproved(
  { rpc, method }: { readonly rpc: string; readonly method: { readonly input: Parameters<typeof fromBinary>[0] } },
  request: Buffer,
  submit: Submit,
): Promise<Buffer> {
  const { requestId = '', validateOnly = false } = read(method.input, request);
  const asked = create(SubmitForApprovalRequestSchema, { requestId, validateOnly, rpc, request });
  const bytes = asBuffer(toBinary(SubmitForApprovalRequestSchema, asked));
  const answer = await submit(SecurityService.method.submitForApproval.name, bytes);
  const { approvalId, state, response, refusal } = fromBinary(SubmitForApprovalResponseSchema, answer);
  if (approvalId === '' || state === ApprovalState.EXECUTED) return asBuffer(response);
  if (refusal) throw readRefusal(refusal);
  const isOpen = state === ApprovalState.PENDING || state === ApprovalState.APPROVED;
  const word = ApprovalStateSchema.value[state]?.localName ?? '';
  throw refuseCall(isOpen ? 'APPROVAL_REQUIRED' : 'APPROVAL_ENDED', { approval_id: approvalId, state: word });
}

function read(
  input: Parameters<typeof fromBinary>[0],
  request: Buffer,
): { requestId?: string; validateOnly?: boolean } {
  try {
    return fromBinary(input, request) as Message & { requestId?: string; validateOnly?: boolean };
  } catch {
    throw refuseCall('MESSAGE_UNREADABLE');
  }
}
