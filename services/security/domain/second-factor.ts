// The codes of a second factor: of an authenticator app (RFC 6238), and for when it is lost.
import { Secret, TOTP } from 'otpauth';

/** SHA-1, six digits and thirty seconds: what every authenticator app knows. */
const PERIOD_SECONDS = 30;
const FORM = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS };
/** One step early or late, for clocks and fingers (RFC 6238, 5.2). */
const WINDOW = 1;

/** A code as it is compared: people type it in groups, and in whatever case. */
export function normalCode(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toUpperCase();
}

/** Whether a normal code has the form of an authenticator app's. */
export function isAppCode(code: string): boolean {
  return /^\d{6}$/.test(code);
}

/** The step (of 30 s, since the epoch) of which a code of the app is, when that is now or a step beside. */
export function stepOf(secret: Uint8Array<ArrayBuffer>, code: string, now: Date): number | undefined {
  const timestamp = now.getTime();
  const delta = TOTP.validate({ ...FORM, secret: keyOf(secret), token: code, timestamp, window: WINDOW });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD_SECONDS, timestamp }) + delta;
}

/** What an app is told: the secret to be typed, and the same as a URI for a QR code. */
export function appSetup(secret: Uint8Array<ArrayBuffer>, label: string): { secret: string; otpauthUri: string } {
  const key = keyOf(secret);
  return { secret: key.base32, otpauthUri: new TOTP({ ...FORM, secret: key, issuer: 'corebank', label }).toString() };
}

function keyOf(secret: Uint8Array<ArrayBuffer>): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}
