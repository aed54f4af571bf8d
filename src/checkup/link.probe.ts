import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { publicLookup, refuseForbiddenHost } from '../dispatch/index.js';
import { errorCode } from '../shared/errors.js';
import { type LinkAnswer, type LinkVerdict, verdictOn } from './links.js';

const MOST_REDIRECTS = 5;

interface Rules {
  /** Hosts that may be asked although they are not public. */
  readonly allowHosts: readonly string[];
  /** Ends everything under way. */
  readonly signal: AbortSignal;
}

/**
 * Follows a link as far as it leads: by HEAD, and by GET where a server does not answer that well. Nothing of the body is read. Each step goes to
 * public addresses alone, redirects included.
 */
export async function probeLink(link: string, rules: Rules): Promise<LinkVerdict> {
  let url = link;
  for (let step = 0; step <= MOST_REDIRECTS; step++) {
    const answer = await askTwice(url, rules);
    const next = nextOf(answer, url);
    if (next === null) return verdictOn(answer);
    url = next;
  }
  return { state: 'unknown', detail: `it redirects more than ${MOST_REDIRECTS} times` };
}

function nextOf(answer: LinkAnswer, from: string): string | null {
  if (answer.kind === 'error' || answer.location === null) return null;
  if (answer.status < 300 || answer.status >= 400) return null;
  return URL.parse(answer.location, from)?.href ?? null;
}

async function askTwice(url: string, rules: Rules): Promise<LinkAnswer> {
  const head = await ask('HEAD', url, rules);
  return head.kind === 'status' && head.status >= 400 ? ask('GET', url, rules) : head;
}

function ask(method: 'HEAD' | 'GET', link: string, { allowHosts, signal }: Rules): Promise<LinkAnswer> {
  return new Promise((settle) => {
    const fail = (error: unknown): void => {
      const message = signal.aborted
        ? 'it does not answer in time'
        : error instanceof Error
          ? error.message
          : String(error);
      settle({ kind: 'error', code: signal.aborted ? 'ETIMEDOUT' : errorCode(error), message });
    };
    try {
      const url = new URL(link);
      if (url.protocol !== 'https:' && url.protocol !== 'http:')
        throw new Error(`${url.protocol} is not followed`);
      const allowed = allowHosts.includes(url.hostname.replace(/^\[|\]$/g, ''));
      if (!allowed) refuseForbiddenHost(url);
      const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
        url,
        {
          method,
          headers: { 'user-agent': 'Countersign link check', accept: '*/*' },
          signal,
          agent: false,
          ...(allowed ? {} : { lookup: publicLookup() }),
        },
        (response) => {
          settle({
            kind: 'status',
            status: response.statusCode ?? 0,
            location: response.headers.location ?? null,
          });
          response.destroy();
        },
      );
      outgoing.on('error', fail);
      outgoing.end();
    } catch (error) {
      fail(error);
    }
  });
}
