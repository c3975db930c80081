// The words of the notification service, as they are stored.

/** What a notice is about. */
export type Topic =
  | 'money_in'
  | 'money_out'
  | 'orders'
  | 'security'
  | 'product_news'
  | 'low_balance'
  | 'approvals'
  | 'accounts';

/** The ways that a notice takes, besides the inbox. */
export type Channel = 'email' | 'sms' | 'push';

/** Those that customers choose among. */
export const TOPICS: readonly Topic[] = [
  'money_in',
  'money_out',
  'orders',
  'security',
  'product_news',
  'low_balance',
  'accounts',
];
export const CHANNELS: readonly Channel[] = ['email', 'sms', 'push'];

/** A way, or the inbox: where everything is, but for news of products. */
export type Place = Channel | 'inbox';

/** When notices are sent: at once, or gathered. */
export type Rhythm = 'at once' | 'daily' | 'weekly';

/** The languages that there are texts in. */
export type Locale = 'en' | 'cs';
export const LOCALES: readonly Locale[] = ['en', 'cs'];

/** An amount as the contract writes it: a plain decimal. */
export interface Money {
  readonly currencyCode: string;
  readonly amount: string;
}

/** What a notice tells of, besides what its template says: what stood in the event, and nothing personal. */
export interface Facts {
  readonly amount?: Money;
  readonly accountId?: string;
  readonly transactionId?: string;
  /** YYYY-MM-DD. */
  readonly bookingDate?: string;
  readonly failures?: number;
  /** Until when a code is good: milliseconds since the epoch. */
  readonly expireMs?: number;
  /** Of a low balance: below what it came. */
  readonly below?: Money;
  /** Of an approval: which, of what (`ReverseTransaction`), and what became of it. */
  readonly approvalId?: string;
  readonly request?: string;
  readonly outcome?: string;
  /** The news of products that it tells. */
  readonly newsId?: string;
}

/** A text that is filled in with the facts of a notice. */
export interface Text {
  readonly subject: string;
  readonly body: string;
}
