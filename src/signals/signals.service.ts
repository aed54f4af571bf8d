import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database/index.js';
import { type NewSignal } from './signal.js';

/** More signals are waiting to be written than this process may hold: nothing of the call was kept. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super(`too many signals are waiting; try again in ${retryAfterSeconds} s`);
  }
}

@Injectable()
export class SignalsService {
  append(_source: string, _signals: readonly NewSignal[]): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
  appendIn(_tx: Tx, _signals: readonly NewSignal[]): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
  tidy(): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
}
