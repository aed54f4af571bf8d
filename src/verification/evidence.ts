import { type KeyObject } from 'node:crypto';
import { type Db } from '../platform/database/index.js';
import { erasedIsNull, type Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { compileOnce } from '../policies/compiler.js';
import { selectBundleFiles } from './evidence.read-model.js';

/** What every check reads with. */
export interface Evidence {
  readonly db: Db;
  readonly vault: Vault;
  /** Public halves of the keys that sign approvals. */
  readonly keys: readonly KeyObject[];
  /** What the audit log is sealed with, newest first. */
  readonly auditKeys: readonly Buffer[];
  readonly bundles: Bundles;
}

/** Playbooks compiled again from what the database holds of them. */
export class Bundles {
  private readonly compiled = new Map<string, Bundle | string>();

  constructor(private readonly db: Db) {}

  /** @returns the bundle, or a sentence saying why it cannot be had. */
  async get(hash: string): Promise<Bundle | string> {
    const known = this.compiled.get(hash) ?? (await this.compile(hash));
    this.compiled.set(hash, known);
    return known;
  }

  private async compile(hash: string): Promise<Bundle | string> {
    const files = await selectBundleFiles(this.db, hash);
    if (files === null) return `its playbook ${hash.slice(0, 12)} is not in the database`;
    const result = compileOnce(files);
    if (!result.ok) return `its playbook ${hash.slice(0, 12)} does not compile any more`;
    return result.bundle.hash === hash ? result.bundle : `its playbook ${hash.slice(0, 12)} was changed`;
  }
}

/** The text that was sealed; null when the person was erased. @throws Error when a byte was changed. */
export async function open(evidence: Evidence, keyId: string, sealed: Uint8Array): Promise<string | null> {
  return evidence.vault.openFor(evidence.db, keyId, sealed).catch(erasedIsNull);
}
