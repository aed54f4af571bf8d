import { Injectable } from '@nestjs/common';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Signal } from '../signals/signal.js';
import { type Consent, type Profile } from './profile.js';

/** What one signal did to a profile. */
export interface Applied {
  readonly signal: Signal;
  /** The canonical profile. */
  readonly profileId: string;
  /** Null when the signal is the first that was heard of this person. */
  readonly before: Profile | null;
  readonly after: Profile;
  /** Profiles that this signal merged into this one. */
  readonly merged: readonly string[];
}

/** An address that must not be written to. */
export interface Suppression {
  readonly channel: string;
  readonly reason: string;
  readonly at: string;
}

@Injectable()
export class ProfilesService {
  apply(_tx: Tx, _signals: readonly Signal[]): Promise<Applied[]> {
    return Promise.reject(new Error('soon'));
  }
  lock(_tx: Tx, _profileId: string): Promise<Profile> {
    return Promise.reject(new Error('soon'));
  }
  load(_db: Executor, _profileId: string): Promise<Profile> {
    return Promise.reject(new Error('soon'));
  }
  findByUserId(_db: Executor, _userId: string): Promise<string | null> {
    return Promise.reject(new Error('soon'));
  }
  findByAnonymousId(_db: Executor, _anonymousId: string): Promise<string | null> {
    return Promise.reject(new Error('soon'));
  }
  profileIdsOf(_db: Executor, _canonicalId: string): Promise<string[]> {
    return Promise.reject(new Error('soon'));
  }
  setConsent(_tx: Tx, _profileId: string, _consent: Consent): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
  suppress(
    _tx: Tx,
    _suppression: { channel: string; address: string; reason: string; source: string },
  ): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
  suppressionsOf(_db: Executor, _profile: Profile): Promise<Suppression[]> {
    return Promise.reject(new Error('soon'));
  }
}
