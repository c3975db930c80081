// The variables of payments to and from other banks.
import { str } from 'envalid';
import { address, cardBin, clockTime, currencyAmounts, limit, link, seconds } from './config-values.ts';

export const paymentVariables = {
  CARD_BIN: cardBin({
    default: '99997000',
    desc: 'the first six to eight digits of the numbers of the cards that the bank issues (ISO/IEC 7812)',
  }),
  CARD_YEARS: limit({ default: 4, desc: 'how many years cards are issued for' }),
  PAYMENT_SCHEMES: str({
    default: '',
    desc: 'by which scheme transaction pays to other banks, by currency: `CZK:CERTIS:16:00,EUR:INSTANT` with the cut-off by the time zone of the bank, for CERTIS and TARGET; INSTANT has none; absent: no other bank is paid',
  }),
  UNSCREENED_AMOUNTS: currencyAmounts({
    default: 'CZK:50000,EUR:2000,GBP:2000,USD:2000',
    desc: 'up to which amounts payments to other banks wait that cannot be held against the sanctions lists now: `CZK:50000,…`; larger ones are refused, and so are all in a currency that is not named; none passes',
  }),
  SCHEME_URL: link({
    default: '',
    desc: 'where integration reaches the scheme, `https://host/path`; absent: payments wait, and none are fetched',
  }),
  SCHEME_TOKEN_FILE: str({
    default: '',
    desc: 'the file with the token that integration shows to the scheme, read at every call; absent: none is shown',
  }),
  TILL_SOLO_AMOUNTS: str({
    default: 'CZK:50000,EUR:2000,GBP:2000,USD:2000',
    desc: 'how much a teller may move between their till and the vault alone, by currency: `CZK:50000,EUR:2000`; more, and any amount of a currency that is not named, a branch manager orders and somebody else approves',
  }),
  CHEQUE_CUT_OFF: clockTime({
    default: '15:00',
    desc: 'until when, by the time zone of the bank, a cheque of another bank goes to the clearing on the same business day: `15:00`',
  }),
  CARD_HOLD_DAYS: limit({
    default: 7,
    desc: 'after how many days what was authorised by a card, and not booked, expires',
  }),
  CARD_SWITCH_ADDRESS: address({
    default: '',
    desc: 'where integration reaches the card switch, `host:port`, over TLS but on this machine itself; absent: nothing is asked by cards',
  }),
  BANK_BIC: str({ default: 'CBNKCZPP', desc: "the bank's BIC, by which schemes and other banks know it" }),
  SCHEME_ASK_SECONDS: seconds({
    default: 20,
    desc: 'after how long a message is sent again, the same, of which the scheme has not said what became',
  }),
} as const;
