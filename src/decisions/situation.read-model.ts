import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type Profile } from '../profiles/profile.js';
import { type Situation } from './situation.js';

/** What a situation is gathered for. */
export interface SituationRequest {
  readonly profile: Profile;
  readonly trigger?: Situation['trigger'];
  readonly signal?: Situation['signal'];
  readonly context?: Situation['context'];
  /** Left out: every marketing action. */
  readonly actions?: readonly string[] | null;
  readonly now: Date;
  /** A message that is looked at again: its own place is left out. */
  readonly excludeMessageId?: string;
}

/** Gathers the situation of one person, under their lock. */
@Injectable()
export class SituationReader {
  read(_tx: Tx, _bundle: Bundle, _request: SituationRequest): Promise<Situation> {
    return Promise.reject(new Error('soon'));
  }
}
