// Whence a call comes, as it is counted.
import ipaddr from 'ipaddr.js';

/**
 * Whoever has one address of IPv6 has a whole /64 of them (RFC 6177), which is counted as one. Addresses of IPv4 count
 * each for itself, however they are written.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
}
