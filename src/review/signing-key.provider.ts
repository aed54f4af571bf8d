import { type KeyObject } from 'node:crypto';
import { type FactoryProvider } from '@nestjs/common';
import { Secrets } from '../platform/secrets/secrets.js';
import { signingKeyOf } from '../platform/secrets/signing-key.js';

/** Injection token of the key that signs. The review module provides it to itself and exports it to nobody. */
export const SIGNING_KEY = Symbol('signing key');

export const signingKeyProvider: FactoryProvider<KeyObject> = {
  provide: SIGNING_KEY,
  inject: [Secrets],
  useFactory: signingKeyOf,
};
