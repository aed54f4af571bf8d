import { type Tx } from '../platform/database/index.js';
import { type Bundle } from './bundle.js';

/**
 * Signs every template of a bundle in the name of whoever activates it, inside the activation's transaction. A port: the stage that holds
 * the signing key implements and provides it.
 */
export abstract class TemplateSigner {
  abstract sign(
    tx: Tx,
    bundle: Bundle,
    by: { readonly personId: string; readonly name: string },
  ): Promise<void>;
}
