import { Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';

/** What the first start made that only its output will ever show. */
export interface Printed {
  readonly what: string;
  readonly value: string;
}

/** The deployment's doors: write keys for signals, and the first start. */
@Injectable()
export class AccessService {
  /** The write key that this text is; null when there is none such, or it was revoked. Cached for some seconds. */
  writeKey(_key: string): Promise<{ id: string } | null> {
    return Promise.reject(new Error('soon'));
  }

  /**
   * Makes the administrator, their personal token and the write key at the first start; later starts find them.
   * @returns the administrator, and what was generated and must be shown now or never.
   */
  bootstrap(
    _environment: Environment,
  ): Promise<{ administrator: { personId: string; name: string }; printed: readonly string[] }> {
    return Promise.reject(new Error('soon'));
  }
}
