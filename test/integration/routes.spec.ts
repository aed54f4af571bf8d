import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROUTE_ACCESS, type RouteAccess } from '../../src/access/access.decorators.js';
import { PERMISSIONS } from '../../src/access/index.js';
import { type Answer, Story } from '../harness/service.js';

/** What is open to everybody, because it checks a key or token of its own or tells nothing. */
const OPEN = [
  /^\/v1\/(batch|track|identify|page|screen|group|alias)$/,
  /^\/v1\/webhooks\/:provider$/,
  /^\/(u|t)\/:token(\/.*)?$/,
  /^\/health\/(live|ready)$/,
  /^\/metrics$/,
  /^\/openapi\.json$/,
  /^\/docs(\/:file)?$/,
  /^\/sign-in(\/link\/:token)?$/,
  /^\/assets\/:name$/,
];

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { responses: Record<string, { content?: Record<string, object> }> }>>
    >
  >;
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: RouteAccess | undefined;
}

describe('every route of the service', () => {
  let story: Story;
  let routes: Route[];

  beforeAll(async () => {
    story = await Story.begin();
    routes = routesOf(story);
  });
  afterAll(() => story.end());

  function read(key: string, target: object): unknown {
    return Reflect.getMetadata(key, target) as unknown;
  }

  function routesOf({ service }: Story): Route[] {
    const controllers = [...service.app.get(ModulesContainer).values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    return controllers.flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return Object.getOwnPropertyNames(prototype).flatMap((name) => {
        const handler = name === 'constructor' ? undefined : prototype[name];
        if (typeof handler !== 'function') return [];
        const method = read(METHOD_METADATA, handler);
        if (typeof method !== 'number') return [];
        const base = [read(PATH_METADATA, metatype)].flat().map(String);
        const own = [read(PATH_METADATA, handler)].flat().map(String);
        return base.flatMap((prefix) =>
          own.map((path) => ({
            name: `${metatype.name}.${name}`,
            method: RequestMethod[method] ?? '',
            path: `/${prefix}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'),
            access: (read(ROUTE_ACCESS, handler) ?? read(ROUTE_ACCESS, metatype)) as RouteAccess | undefined,
          })),
        );
      });
    });
  }

  it('says who may use it', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(routes.filter((route) => route.access === undefined).map((route) => route.name)).toEqual([]);
  });

  it('is open to everybody only where it is meant to be', () => {
    const open = routes.filter((route) => route.access?.public === true);
    expect(open.filter((route) => !OPEN.some((pattern) => pattern.test(route.path)))).toEqual([]);
  });

  it('asks for a permission that exists, and for more than reading where something changes', () => {
    for (const { name, method, path, access } of routes) {
      if (access?.public !== false || access.permission === 'any') continue;
      expect(PERMISSIONS).toContain(access.permission);
      const asksOnly = /^\/v1\/policies\/(check|test|replay|simulate)/.test(path);
      if (method !== 'GET' && !asksOnly) expect(`${name} ${access.permission}`).not.toMatch(/\.read$/);
    }
  });

  it('refuses whoever does not say who they are', async () => {
    for (const { method, path, access } of routes) {
      if (access?.public === true) continue;
      if (path === '/') continue; // answers with the sign-in form
      const url = path.replaceAll(/:\w+/g, 'x').replace('*', 'x');
      const answer: Answer = await story.request(method, url, { token: null });
      expect([method, url, answer.status]).toEqual([method, url, 401]);
    }
  });

  it('is in the OpenAPI document when others rely on it', async () => {
    const document = (await story.request('GET', '/openapi.json')).body;
    const documented = Object.entries(document['paths'] ?? {}).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const api = routes.filter((route) => route.path.startsWith('/v1/'));
    const missing = api
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      .filter((route) => !documented.includes(route));
    expect(missing).toEqual([]);
    expect(documented).toEqual(
      expect.arrayContaining(['GET /health/ready', 'GET /metrics', 'GET /openapi.json', 'GET /docs']),
    );
  });

  it('has its documentation page without any other host', async () => {
    const page = await story.request('GET', '/docs', { token: null });
    expect(page.status).toBe(200);
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//);
      expect((await story.request('GET', file, { token: null })).status).toBe(200);
    }
  });

  it('has health and figures', async () => {
    expect(await story.get('/health/live')).toEqual({ status: 'live' });
    const ready = await story.get('/health/ready');
    expect(ready['status']).toBe('ok');
    expect(Object.keys(ready['checks'] ?? {})).toEqual([
      'database',
      'schema',
      'playbook',
      'work',
      'inbox',
      'redis',
      'model',
      'mail',
    ]);
    await story.happens({ type: 'track', event: 'Looked', userId: 'u1' });
    const metrics = (await story.request('GET', '/metrics', { token: null })).text;
    expect(metrics).toMatch(
      /countersign_http_request_seconds_count\{method="POST",route="\/v1\/batch",status="200"\} \d/,
    );
    expect(metrics).toContain('countersign_ingest_signals_total{outcome="accepted"} 1');
    expect(metrics).toContain('countersign_database_counted 1');
    expect(metrics).not.toContain('u1');
  });

  describe('is described in the OpenAPI document', () => {
    let document: OpenApi;
    let ajv: Ajv2020;

    beforeAll(async () => {
      document = (await story.request('GET', '/openapi.json')).body as unknown as OpenApi;
      ajv = new Ajv2020({ strict: false, validateFormats: false });
      ajv.addSchema(document, 'document');
    });

    /** What the document says an answer looks like; null where it says nothing. */
    function mistakes(method: string, path: string, { status, body }: Answer): string | null {
      const responses = document.paths[path]?.[method]?.responses ?? {};
      const key = responses[status] === undefined ? 'default' : String(status);
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      const steps = ['paths', path, method, 'responses', key, 'content', type, 'schema'];
      const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('/', '~1'))).join('/');
      const validate = ajv.getSchema(`document#/${pointer}`);
      if (validate === undefined) return `${method} ${path} ${status} is not described`;
      return validate(body) === true ? null : ajv.errorsText(validate.errors);
    }

    it('by schemas that are all there', () => {
      const refs = new Set(
        [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref),
      );
      expect(refs.size).toBeGreaterThan(40);
      for (const ref of refs) expect(() => ajv.getSchema(`document${ref}`)).not.toThrow();
      const named = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
      expect(named).toEqual(expect.arrayContaining([...refs]));
    });

    it('as it answers', async () => {
      await story.happens({
        type: 'identify',
        userId: 'u2',
        traits: { email: 'u2@example.com', tags: [1, null] },
      });
      for (const [path, { get }] of Object.entries(document.paths)) {
        if (get?.responses['200']?.content?.['application/json'] === undefined) continue;
        const url = path.replaceAll('{userId}', 'u2').replaceAll(/\{\w+\}/g, 'x');
        const answer = await story.request('GET', url);
        expect([url, mistakes('get', path, answer)]).toEqual([url, null]);
      }
    });

    it('as it refuses', async () => {
      for (const [path, item] of Object.entries(document.paths))
        for (const method of Object.keys(item).filter((each) => each === 'post' || each === 'put')) {
          if (!path.startsWith('/v1/')) continue;
          const url = path.replaceAll(/\{\w+\}/g, 'x');
          const answer = await story.request(method.toUpperCase(), url, { token: null, body: {} });
          expect([url, answer.status, mistakes(method, path, answer)]).toEqual([url, 401, null]);
        }
    });
  });
});
