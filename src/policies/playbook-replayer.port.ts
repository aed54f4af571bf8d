import { type Tx } from '../platform/database/index.js';

/** Replays of bundles over stored situations. A port: decisions stand downstream of the playbook. */
export abstract class PlaybookReplayer {
  /** @param replay `since` ISO 8601, null for everything; `by` whoever asks. @returns the replay's id. */
  abstract askIn(
    tx: Tx,
    replay: { readonly bundle: string; readonly since: string | null; readonly by: string },
  ): Promise<string>;

  /** Ends one that is not done. @param why in words. */
  abstract endIn(tx: Tx, id: string, why: string): Promise<void>;
}
