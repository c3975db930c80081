// The variables of payments to and from other banks.
import { str } from 'envalid';
import { currencyAmounts, link, seconds } from './config-values.ts';

export const paymentVariables = {
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
  BANK_BIC: str({ default: 'CBNKCZPP', desc: "the bank's BIC, by which schemes and other banks know it" }),
  SCHEME_ASK_SECONDS: seconds({
    default: 20,
    desc: 'after how long a message is sent again, the same, of which the scheme has not said what became',
  }),
} as const;
