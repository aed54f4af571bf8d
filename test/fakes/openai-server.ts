import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What the server does with one request. */
export type Behaviour =
  /** A completion whose content is this text, or this value as JSON. */
  | {
      readonly kind: 'answer';
      readonly content: unknown;
      readonly finishReason?: string;
      /** What it calls the model that answered; what was asked for, unless said. */
      readonly answeredBy?: string;
    }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'truncated'; readonly content: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 200 with a body that is no chat completion. */
  | { readonly kind: 'body'; readonly body: string; readonly contentType?: string }
  | { readonly kind: 'slow'; readonly ms: number; readonly then: Behaviour }
  | { readonly kind: 'held'; readonly until: Promise<void>; readonly then: Behaviour }
  /** Sends the headers and the beginning of a body, then nothing more. */
  | { readonly kind: 'stalls' }
  | { readonly kind: 'never' }
  /** Closes the connection without a word. */
  | { readonly kind: 'hangs_up' };

/** A request as it arrived. */
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: {
      readonly json_schema: { readonly strict: boolean; readonly schema: object };
    };
    readonly temperature?: number;
    readonly max_tokens?: number;
  };
  readonly at: number;
}

export const TOKENS_IN = 1_000;
export const TOKENS_OUT = 200;

/** A draft as a well-behaved model writes it. */
export function goodDraft(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    subject: 'Still thinking it over?',
    preheader: 'What you picked is waiting for you.',
    blocks: [
      { type: 'heading', text: 'Your cart is waiting' },
      { type: 'text', text: 'We kept what you chose, so that you can go on where you left off.' },
    ],
    claims: [],
    ...changes,
  };
}

/** Speaks OpenAI's chat completions on loopback, as scripted: one behaviour a request, the last one for all that follow. */
export class FakeOpenAi {
  readonly requests: SeenRequest[] = [];
  /** Most requests that were open at the same time. */
  mostAtOnce = 0;
  private atOnce = 0;
  private script: Behaviour[] = [{ kind: 'answer', content: goodDraft() }];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeOpenAi> {
    const server = createServer();
    const fake = new FakeOpenAi(server);
    server.on('request', (request, response) => {
      fake.atOnce++;
      fake.mostAtOnce = Math.max(fake.mostAtOnce, fake.atOnce);
      response.on('close', () => fake.atOnce--);
      fake.handle(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** What the service needs to be told to use it. */
  get environment(): Record<string, string> {
    return { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: this.baseUrl, OPENAI_MODEL: 'test-model' };
  }

  /** Replaces the script and forgets what was seen. */
  behave(...script: [Behaviour, ...Behaviour[]]): void {
    this.script = script;
    this.requests.length = 0;
    this.mostAtOnce = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as SeenRequest['body'];
    this.requests.push({
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body,
      at: performance.now(),
    });
    const next = this.script.length > 1 ? this.script.shift() : this.script[0];
    await this.play(next ?? { kind: 'never' }, body.model, response);
  }

  private async play(behaviour: Behaviour, model: string, response: ServerResponse): Promise<void> {
    switch (behaviour.kind) {
      case 'answer':
        send(
          response,
          completion(
            behaviour.answeredBy ?? model,
            text(behaviour.content),
            null,
            behaviour.finishReason ?? 'stop',
          ),
        );
        return;
      case 'refusal':
        send(response, completion(model, null, behaviour.text, 'stop'));
        return;
      case 'truncated':
        send(response, completion(model, behaviour.content, null, 'length'));
        return;
      case 'status': {
        const error = {
          message: 'scripted',
          type: 'scripted_error',
          code: behaviour.code ?? null,
          param: null,
        };
        response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers });
        response.end(JSON.stringify({ error }));
        return;
      }
      case 'body':
        response.writeHead(200, { 'content-type': behaviour.contentType ?? 'application/json' });
        response.end(behaviour.body);
        return;
      case 'slow':
        await wait(behaviour.ms);
        await this.play(behaviour.then, model, response);
        return;
      case 'held':
        await behaviour.until;
        await this.play(behaviour.then, model, response);
        return;
      case 'stalls':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"id": "chatcmpl-1", "choices": [');
        return;
      case 'never':
        return;
      case 'hangs_up':
        response.destroy();
    }
  }
}

function text(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function completion(
  model: string,
  content: string | null,
  refusal: string | null,
  finishReason: string,
): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal },
        finish_reason: finishReason,
        logprobs: null,
      },
    ],
    usage: { prompt_tokens: TOKENS_IN, completion_tokens: TOKENS_OUT, total_tokens: TOKENS_IN + TOKENS_OUT },
  };
}

function send(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
