// What the values of variables may be. Each says in a sentence what is wrong with a text.
import { makeValidator } from 'envalid';

export const directory = makeValidator((input: string) => {
  if (!input.startsWith('/')) throw new Error('must be an absolute path');
  return input;
});

export const countryCode = makeValidator((input: string) => {
  if (!/^[A-Z]{2}$/.test(input)) throw new Error('must be an ISO 3166-1 alpha-2 country code');
  return input;
});

export const address = makeValidator((input: string) => {
  if (input !== '' && !/^[A-Za-z0-9.-]+:[0-9]{1,5}$/.test(input)) throw new Error('must be a host and a port');
  return input;
});

export const cardBin = makeValidator((input: string) => {
  if (!/^[0-9]{6,8}$/.test(input)) throw new Error('must be six to eight digits');
  return input;
});

export const bankCode = makeValidator((input: string) => {
  if (!/^[0-9A-Z]+$/.test(input)) throw new Error('must be digits and capital letters');
  return input;
});

// https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md
export const trustDomain = makeValidator((input: string) => {
  if (!/^[a-z0-9._-]{1,255}$/.test(input)) throw new Error('must be a SPIFFE trust domain');
  return input;
});

export const namespace = makeValidator((input: string) => {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(input)) throw new Error('must be a Kubernetes namespace');
  return input;
});

export const publicUrls = makeValidator((input: string) => {
  const urls = input.split(',').filter((url) => url !== '');
  if (urls.some((url) => URL.parse(url)?.origin !== url)) throw new Error('must be origins: https://host, https://…');
  return input;
});

export const link = makeValidator((input: string) => {
  if (input !== '' && !/^https?:$/.test(URL.parse(input)?.protocol ?? '')) throw new Error('must be a https: URL');
  return input;
});

export const timeZone = makeValidator((input: string) => {
  Temporal.Now.zonedDateTimeISO(input);
  return input;
});

/** 0 lets the kernel choose one. */
export const port = makeValidator((input: string) => {
  if (!/^[0-9]{1,5}$/.test(input) || Number(input) > 65_535) throw new Error('must be a port: 0 to 65535');
  return Number(input);
});

/** Up to a day: the longest timer of Node is not much longer. */
export const seconds = makeValidator((input: string) => {
  const value = Number(input);
  if (!(value > 0 && value <= 86_400)) throw new Error('must be seconds: more than 0, at most 86400');
  return value;
});

export const count = (least: number) =>
  makeValidator((input: string) => {
    if (!/^[0-9]{1,9}$/.test(input) || Number(input) < least) throw new Error(`must be a whole number from ${least}`);
    return Number(input);
  });
export const limit = count(1);

export const amountBands = makeValidator((input: string) => {
  if (!/^(?:[A-Z]{3}:[0-9.]+:[0-9.]+(?:,(?=.)|$))*$/.test(input)) throw new Error('must be CZK:5000:50000,EUR:…');
  return input;
});

/** A time of the day. */
export const clockTime = makeValidator((input: string) => {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(input)) throw new Error('must be a time like 15:00');
  return input;
});

/** Amounts by currency. */
export const currencyAmounts = makeValidator((input: string) => {
  if (!/^(?:[A-Z]{3}:[0-9.]+(?:,(?=.)|$))*$/.test(input)) throw new Error('must be CZK:50000,EUR:…');
  return input;
});

/** Where objects of each region are: a directory, or `bucket@region` of AWS. */
export const regions = makeValidator((input: string) => {
  if (!/^(?:[a-z][a-z0-9-]{0,31}=[^,=]+(?:,(?=.)|$))*$/.test(input)) throw new Error('must be eu=…,us=…');
  return input;
});
