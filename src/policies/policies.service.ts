import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { type Bundle, type PlaybookError } from './bundle.js';

/** Whoever activates a bundle: a named person, since activating signs its templates. */
export interface Activator {
  readonly personId: string;
  readonly name: string;
}

/** Which playbook is in force, and what is wrong with the one that is not. */
@Injectable()
export class PoliciesService {
  active(): Bundle {
    throw new Problem(503, 'no-playbook', 'No playbook is active yet.');
  }
  bundle(_hash: string): Promise<Bundle> {
    return Promise.reject(new Error('soon'));
  }
  lastProblems(): readonly PlaybookError[] {
    return [];
  }
  onActivated(_listener: (bundle: Bundle) => void): void {
    // soon
  }
  loadFolderAtStart(_administrator: Activator): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
  activate(_tx: Tx, _hash: string, _by: Activator): Promise<void> {
    return Promise.reject(new Error('soon'));
  }
}
