import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/index.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Fact } from './fact.js';

/** A fact as it is put: everything but its id and version. Times ISO 8601. */
export interface FactInput {
  readonly kind: Fact['kind'];
  readonly data: Fact['data'];
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
  readonly source: string;
}

/** The catalogue: products, offers and approved claims, each at its latest version. */
@Injectable()
export class FactsService {
  current(_db: Executor, _ids: readonly string[]): Promise<Fact[]> {
    return Promise.reject(new Error('soon'));
  }
  claims(_db: Executor): Promise<Fact[]> {
    return Promise.reject(new Error('soon'));
  }
  put(_tx: Tx, _id: string, _input: FactInput, _actor: Actor): Promise<Fact> {
    return Promise.reject(new Error('soon'));
  }
}
