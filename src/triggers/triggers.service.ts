import { Injectable } from '@nestjs/common';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type Applied } from '../profiles/index.js';
import { type Firing } from './firing.js';

@Injectable()
export class TriggersService {
  observe(_tx: Tx, _bundle: Bundle, _applied: readonly Applied[], _now: Date): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
  runDueTimers(_limit: number): Promise<number> {
    return Promise.reject(new Error('soon'));
  }
  firing(_db: Executor, _id: string): Promise<Firing> {
    return Promise.reject(new Error('soon'));
  }
}
