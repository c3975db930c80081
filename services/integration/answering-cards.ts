// What is answered to the messages of a card switch: each becomes a command of transaction under a key that its repeats share, so
// that it is done once, whoever dies and however often it comes. What nobody knows the outcome of is not answered: the switch asks
// again, or takes it back.
import { Code, isDecision, Refusal } from '#chassis/errors.ts';
import { continueTrace } from '#chassis/trace.ts';
import type { Iso8583Message } from '#rules/iso8583/message.ts';
import type { Context } from './context.ts';
import { answerTo, paymentOf, requestIdOf, reversalOf, Unusable } from './domain/card-messages.ts';

/** As long as a switch waits for an answer. */
const ANSWER_MS = 10_000;

/** Answers a message; undefined where there is no answer to be given. */
export async function answerCardMessage(
  { transaction, log }: Pick<Context, 'transaction' | 'log'>,
  message: Iso8583Message,
): Promise<Iso8583Message | undefined> {
  const { type } = message;
  try {
    switch (`${type.slice(0, 3)}0`) {
      case '0100':
      case '0120':
        return await authorised(transaction, message);
      case '0200':
        return await paidAtOnce(transaction, message);
      case '0220':
        return await completed(transaction, message);
      case '0400':
      case '0420':
        return await reversed(transaction, message);
      case '0800':
        return answerTo(message, '00');
      default:
        // An answer of the switch to a message of ours, or nothing that is agreed on.
        return undefined;
    }
  } catch (error) {
    if (error instanceof Unusable) return answerTo(message, error.code);
    if (error instanceof Refusal && isDecision(error)) {
      log.warn({ reason: error.reason, type }, 'a message of the card switch is refused');
      return answerTo(message, codeOf(error.reason, type));
    }
    // Something in it is nothing that the bank can say: an amount that no ledger holds.
    if (error instanceof Refusal && error.code === Code.INVALID_ARGUMENT) return answerTo(message, '30');
    log.warn({ err: error, type }, 'a message of the card switch is not answered');
    return undefined;
  }
}

type Transaction = Context['transaction'];

const until = () => ({ deadline: Date.now() + ANSWER_MS, trace: continueTrace(undefined) });

/** What commands that come under the same key with something else in them, or that cannot be done, are answered. */
function codeOf(reason: string, type: string): string {
  if (reason === 'REQUEST_EXISTS') return '94';
  if (reason === 'CARD_NOT_FOUND') return '14';
  if (reason !== 'CARD_PAYMENT_REVERSED') return '96';
  // Of what is only told, nothing is to be booked any more, which is what the switch wants. Who asks whether to pay out is told no.
  return type[2] === '2' ? '00' : '22';
}

async function ask(transaction: Transaction, message: Iso8583Message) {
  const { authorizationKey: _completes, ...asked } = paymentOf(message);
  const advice = message.type[2] === '2';
  return transaction.authorizeCard({ ...asked, requestId: requestIdOf(message), advice }, until());
}

async function authorised(transaction: Transaction, message: Iso8583Message): Promise<Iso8583Message> {
  const { responseCode, approvalCode, amount } = await ask(transaction, message);
  return answerTo(message, responseCode, { approvalCode, amount: amount?.amount ?? '' });
}

/** Asked and booked by one message, as cash machines do: first held, then booked against that. */
async function paidAtOnce(transaction: Transaction, message: Iso8583Message): Promise<Iso8583Message> {
  const answer = await ask(transaction, message);
  const { responseCode, approvalCode, amount } = answer;
  if (!amount) return answerTo(message, responseCode);
  const { key, cardNumber, use, merchant } = paymentOf(message);
  const requestId = `${requestIdOf(message)}/cleared`;
  await transaction.clearCardPayment(
    { requestId, key, cardNumber, use, merchant, amount, authorizationKey: key },
    until(),
  );
  return answerTo(message, responseCode, { approvalCode, amount: amount.amount });
}

async function completed(transaction: Transaction, message: Iso8583Message): Promise<Iso8583Message> {
  const { key, cardNumber, use, merchant, amount, authorizationKey, retrievalReference } = paymentOf(message);
  const asked = { requestId: requestIdOf(message), key, cardNumber, use, merchant, amount, retrievalReference };
  await transaction.clearCardPayment({ ...asked, ...(authorizationKey && { authorizationKey }) }, until());
  return answerTo(message, '00');
}

async function reversed(transaction: Transaction, message: Iso8583Message): Promise<Iso8583Message> {
  const { authorizationKey, remainingAmount } = reversalOf(message);
  const asked = { requestId: requestIdOf(message), authorizationKey, ...(remainingAmount && { remainingAmount }) };
  const { responseCode } = await transaction.reverseCardAuthorization(asked, until());
  return answerTo(message, responseCode);
}
