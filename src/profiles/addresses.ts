import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { type Json } from '../shared/canonical-json.js';

const EMAIL =
  /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}]{2,63}$/u;

/** An e-mail address as it is compared and written to (lower case); null for what has not its form. */
export function emailAddress(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  const address = value.trim().toLowerCase();
  return address.length <= 254 && !address.includes('..') && EMAIL.test(address) ? address : null;
}

/** A phone number in E.164; null for what cannot be one. @param country for numbers written without their country. */
export function phoneNumber(value: Json | undefined, country: string | null): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value);
  if (text.length > 40) return null;
  const number = parsePhoneNumberFromString(text, country === null ? {} : (country as CountryCode));
  // Possible, not valid: ranges reserved for fiction, and ranges newer than the metadata, are numbers too.
  return number?.isPossible() === true ? number.number : null;
}
