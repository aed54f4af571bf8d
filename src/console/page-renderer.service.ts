import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ComponentChildren, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type GuardedRequest } from '../access/access.decorators.js';
import { Database } from '../platform/database/index.js';
import { Log } from '../platform/telemetry/index.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { ConsoleAssets } from './assets.service.js';
import { Document } from './layout/layout.js';
import { type Titles, type View, ViewContext } from './layout/view.js';
import { type Answer, doneText, type PageAnswer } from './page.js';
import { readShell } from './shell.read-model.js';

/**
 * Scripts and styles from this service alone, nothing inline but the styles of the editor, which carry the page's nonce; pictures may be data
 * (pico's icons); frames show mail from this service.
 */
const contentSecurityPolicy = (styleNonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const NONCE_BYTES = 16;
const NO_TITLES: Titles = {
  actions: new Map(),
  triggers: new Map(),
  guardrails: new Map(),
  currency: 'EUR',
};
const NOBODY_WAITS = { pauses: [], waiting: { reviews: 0, tasks: 0, dead: 0 } };

/** Turns a page's content into the whole document. */
@Injectable()
export class PageRenderer {
  private readonly log = new Log('console');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly assets: ConsoleAssets,
  ) {}

  async answer(
    request: FastifyRequest & GuardedRequest,
    reply: FastifyReply,
    answer: Answer,
  ): Promise<string> {
    if (answer.kind === 'redirect') {
      reply.status(303).header('location', answer.to).header('cache-control', 'no-store');
      return '';
    }
    reply.status(answer.status ?? 200);
    const styleNonce = randomBytes(NONCE_BYTES).toString('base64');
    this.headers(reply, styleNonce);
    return this.page(request, answer, styleNonce);
  }

  private headers(reply: FastifyReply, styleNonce: string): void {
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentSecurityPolicy(styleNonce))
      .header('referrer-policy', 'same-origin')
      .header('x-content-type-options', 'nosniff')
      .header('cross-origin-opener-policy', 'same-origin');
  }

  /** A page without navigation and without anything that would have to be read: for errors of routes that are not the console's. */
  bare(title: string, body: ComponentChildren): string {
    const view: View = {
      now: this.clock.now(),
      path: '',
      actor: null,
      csrf: '',
      titles: NO_TITLES,
      ...NOBODY_WAITS,
      assets: this.assets.links,
      styleNonce: '',
    };
    return this.document(view, { title, section: null, body }, null);
  }

  private async page(
    request: FastifyRequest & GuardedRequest,
    answer: PageAnswer,
    styleNonce: string,
  ): Promise<string> {
    const caller = request.caller;
    const shell = caller === undefined ? NOBODY_WAITS : await readShell(this.database.db);
    const view: View = {
      now: this.clock.now(),
      path: request.url,
      actor: caller?.actor ?? null,
      csrf: caller?.csrfToken ?? '',
      titles: this.titles(),
      pauses: shell.pauses,
      waiting: shell.waiting,
      assets: this.assets.links,
      styleNonce,
    };
    return this.document(view, answer, doneText(doneOf(request.query)));
  }

  private document(view: View, answer: Omit<PageAnswer, 'kind'>, done: string | null): string {
    const document = h(Document, {
      title: answer.title,
      section: answer.section,
      notice: answer.notice ?? (done === null ? null : { tone: 'good', text: done }),
      bare: answer.bare ?? false,
      children: answer.body,
    });
    return `<!doctype html>${renderToString(h(ViewContext.Provider, { value: view, children: document }))}`;
  }

  private titles(): Titles {
    try {
      const bundle = this.policies.active();
      return {
        actions: new Map([...bundle.actions].map(([id, action]) => [id, action.spec.title])),
        triggers: new Map([...bundle.triggers].map(([id, trigger]) => [id, trigger.spec.title])),
        guardrails: new Map(bundle.guardrails.map((guardrail) => [guardrail.spec.id, guardrail.spec.title])),
        currency: bundle.brand.currency,
      };
    } catch (error) {
      // No playbook is active: ids stand in for titles, and the playbook's page says what is wrong.
      this.log.debug('console.titles_missing', { error });
      return NO_TITLES;
    }
  }
}

function doneOf(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('done' in query)) return undefined;
  return typeof query.done === 'string' ? query.done : undefined;
}
