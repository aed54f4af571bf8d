import { type KeyObject } from 'node:crypto';
import { materialOf, signingKeyFrom } from './material.js';
import { type Secrets } from './secrets.js';

/** The key that signs approvals and templates. An import rule keeps this file to review/signing-key.provider.ts. */
export function signingKeyOf(secrets: Secrets): KeyObject {
  return signingKeyFrom(materialOf(secrets)[0] ?? '');
}
