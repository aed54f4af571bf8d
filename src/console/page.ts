import { type ComponentChildren } from 'preact';
import { type PageSection } from './layout/layout.js';

/** What a route of the console answers with: a page to render, or somewhere else to look. */
export type Answer = PageAnswer | Redirection;

export interface PageAnswer {
  readonly kind: 'page';
  readonly title: string;
  readonly section: PageSection | null;
  readonly body: ComponentChildren;
  /** 200 when left out. */
  readonly status?: number;
  /** Said above the content. */
  readonly notice?: { readonly tone: 'good' | 'bad'; readonly text: string };
  /** Without navigation, even when somebody is signed in. */
  readonly bare?: boolean;
}

export interface Redirection {
  readonly kind: 'redirect';
  readonly to: string;
}

export const page = (answer: Omit<PageAnswer, 'kind'>): PageAnswer => ({ kind: 'page', ...answer });

/** See other: what a form that changed something answers with. */
export const redirect = (to: string): Redirection => ({ kind: 'redirect', to });

/** The path with a notice for the page behind it: what was just done, one of `DONE`. */
export function withDone(path: string, done: keyof typeof DONE): string {
  return `${path}${path.includes('?') ? '&' : '?'}done=${done}`;
}

/** What a page says after something was done; only these can be said, so a link cannot put words into the console's mouth. */
export const DONE = {
  gate_opened: 'The gate is open, in your name. Drafts below its threshold go without a person from now on.',
  gate_closed: 'The gate is closed. Every draft is read by a person again.',
  risk_adopted: 'The learned weights are in use.',
  approved: 'Approved and signed.',
  first: 'Signed. It waits for a second person now.',
  rejected: 'Rejected. Nothing is sent.',
  handed_off: 'Handed off: a task was opened, automation for this person is off until it is closed.',
  skipped: 'Skipped. It stays in the queue for somebody else.',
  edited: 'Your words are in. They were assessed again: look at the risk before you sign.',
  task_closed: 'Task closed.',
  message_cancelled: 'Message cancelled.',
  pause_created: 'Paused. Nothing in its scope leaves from now on.',
  pause_ended: 'Pause ended. What waited is looked at again before it leaves.',
  retried: 'It will be tried again in a moment.',
  nothing_to_retry: 'There was nothing to try again: it is no longer among the failures.',
  activated: 'The playbook is active. Its templates are signed in your name.',
  simulated: 'The simulation has begun. Look again in a moment.',
  proposed: 'Proposed. Somebody else has to agree before it can be put in force.',
  proposal_approve: 'You agreed.',
  proposal_reject: 'Refused.',
  proposal_withdraw: 'Withdrawn.',
  password_changed: 'Your password is in force. Sign in with it from now on.',
  person_added: 'Person added.',
  person_changed: 'Person changed.',
  token_revoked: 'Token revoked. It is refused from now on.',
  key_revoked: 'Write key revoked. It is refused from now on.',
} as const;

export function doneText(code: string | undefined): string | null {
  return code !== undefined && Object.hasOwn(DONE, code) ? DONE[code as keyof typeof DONE] : null;
}
