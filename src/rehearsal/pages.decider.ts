import { type Situation } from '../decisions/situation.js';
import { unseal } from '../platform/vault/seal.js';
import { type Bundle } from '../policies/bundle.js';
import {
  type Counted,
  Counting,
  type DecidedAgain,
  decideAgain,
  isComparable,
  type StoredCase,
  type Unread,
} from './replay.js';

/** Length of a person's key in bytes. */
export const KEY_BYTES = 32;

/** A stored decision, still sealed. */
export interface SealedCase extends Omit<StoredCase, 'situation'> {
  /** Where in the page's bytes its key begins and its situation, right behind the key, ends; or why it cannot be read. */
  readonly sealed: { readonly from: number; readonly to: number } | 'erased' | 'aged';
}

/** Stored decisions in their order, and under which playbook they are to be decided again. Plain data: it travels to another thread. */
export interface SealedPage {
  /** The hash of the playbook. */
  readonly bundle: string;
  readonly engine: string;
  /** As `Target.modelDrafts`. */
  readonly modelDrafts: boolean;
  readonly cases: readonly SealedCase[];
  /** Of each case that can be read, its key and its sealed situation. */
  readonly bytes: Uint8Array;
}

/** What deciding a page again may ask for. */
export interface Library {
  /** A kept playbook; null where it is gone or this version cannot compile it. */
  readonly bundle: (hash: string) => Promise<Bundle | null>;
  /** The results that were stored, sealed, in the order of the ids; null where one is gone. */
  readonly results: (ids: readonly string[]) => Promise<readonly (Uint8Array | null)[]>;
}

/** Decides in one go before others get their turn. */
const AT_ONCE = 4;

/**
 * Opens a page's situations, decides them again and counts what came of it. The same page and the same playbooks give the same counts, on
 * whatever thread.
 * @param giveWay lets others have their turn, on a thread that is not alone with this.
 * @throws Error when the playbook of the page is gone.
 */
export async function countPage(
  page: SealedPage,
  library: Library,
  giveWay?: () => Promise<void>,
): Promise<Counted> {
  const bundle = await library.bundle(page.bundle);
  if (bundle === null) throw new Error(`The playbook ${page.bundle} is gone, or this version cannot compile it.`); // prettier-ignore
  const former = await playbooks(page, library);
  const target = {
    bundle,
    engine: page.engine,
    former: (hash: string) => former.get(hash) ?? null,
    modelDrafts: page.modelDrafts,
  };
  const counting = new Counting(target);
  // From the first one on whose stored result has to be looked at: they are counted in their order.
  const waiting: (DecidedAgain | Unread)[] = [];
  for (const [i, each] of page.cases.entries()) {
    if (giveWay !== undefined && i % AT_ONCE === AT_ONCE - 1) await giveWay();
    const stored = opened(page, each);
    const again = typeof stored === 'string' ? stored : decideAgain(target, stored);
    if (waiting.length > 0 || looksBack(again, page)) waiting.push(again);
    else counting.add(again, null);
  }
  const results = await storedResults(page, waiting, library);
  for (const again of waiting)
    counting.add(again, typeof again === 'string' ? null : (results.get(again.stored.id) ?? null));
  return counting.counted;
}

function looksBack(again: DecidedAgain | Unread, { engine }: SealedPage): again is DecidedAgain {
  return typeof again !== 'string' && isComparable(again, engine);
}

function opened(page: SealedPage, { sealed, ...rest }: SealedCase): StoredCase | Unread {
  if (typeof sealed === 'string') return sealed;
  const key = page.bytes.subarray(sealed.from, sealed.from + KEY_BYTES);
  const text = openedText(key, page.bytes.subarray(sealed.from + KEY_BYTES, sealed.to));
  return text === null ? 'unreadable' : { ...rest, situation: JSON.parse(text) as Situation };
}

/** Null where a byte was changed: that is counted, and told of by `npm run verify`; it keeps nobody else from being looked at. */
function openedText(key: Uint8Array, sealed: Uint8Array): string | null {
  try {
    return unseal(key, sealed).toString('utf8');
  } catch {
    return null;
  }
}

async function storedResults(
  page: SealedPage,
  waiting: readonly (DecidedAgain | Unread)[],
  library: Library,
): Promise<Map<string, string | null>> {
  const ids = waiting.filter((again) => looksBack(again, page)).map(({ stored }) => stored.id);
  if (ids.length === 0) return new Map();
  const sealed = await library.results(ids);
  const places = new Map(page.cases.map((each) => [each.id, each.sealed]));
  return new Map(
    ids.map((id, i) => {
      const [result, place] = [sealed[i] ?? null, places.get(id)];
      if (result === null || place === undefined || typeof place === 'string') return [id, null];
      return [id, openedText(page.bytes.subarray(place.from, place.from + KEY_BYTES), result)];
    }),
  );
}

/** The playbooks under which its decisions were made: there are few. */
async function playbooks(page: SealedPage, library: Library): Promise<Map<string, Bundle | null>> {
  const found = new Map<string, Bundle | null>();
  for (const hash of new Set(page.cases.map(({ bundleHash }) => bundleHash)))
    found.set(hash, await library.bundle(hash));
  return found;
}
