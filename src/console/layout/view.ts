import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Actor } from '../../access/actor.js';
import { may, type Permission } from '../../access/permissions.js';

/** A pause that holds now, for the banner on every page. */
export interface PauseNotice {
  readonly id: string;
  readonly scope: string;
  readonly target: string | null;
  readonly reason: string;
  readonly createdAt: Date;
  readonly byName: string | null;
}

/** Titles of the active playbook by id, and its currency, so that pages speak the strategist's words instead of ids. */
export interface Titles {
  readonly actions: ReadonlyMap<string, string>;
  readonly triggers: ReadonlyMap<string, string>;
  readonly guardrails: ReadonlyMap<string, string>;
  /** Of amounts, as ISO 4217 has it. */
  readonly currency: string;
}

/** What every page knows besides its own content. */
export interface View {
  readonly now: Date;
  /** Path and query of the request. */
  readonly path: string;
  /** Null on pages that are shown before signing in. */
  readonly actor: Actor | null;
  readonly csrf: string;
  readonly titles: Titles;
  readonly pauses: readonly PauseNotice[];
  readonly waiting: { readonly reviews: number; readonly tasks: number; readonly dead: number };
  readonly assets: {
    readonly styles: readonly string[];
    readonly scripts: readonly string[];
    readonly icon: string;
    readonly editor: string | null;
  };
  /** What styles that a script makes have to carry. */
  readonly styleNonce: string;
}

export const ViewContext = createContext<View | null>(null);

/** The view of the page being rendered. */
export function useView(): View {
  const view = useContext(ViewContext);
  if (view === null) throw new Error('rendered outside a page');
  return view;
}

/** Whether the reader's role has a permission. */
export function useMay(): (permission: Permission) => boolean {
  const { actor } = useView();
  return (permission) => actor !== null && may(actor.role, permission);
}
