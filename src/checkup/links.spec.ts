import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { fact } from '../../test/fixtures/playbook.js';
import { type Bundle } from '../policies/bundle.js';
import { probeLink } from './link.probe.js';
import { linksOf, linksOfFact, verdictOn } from './links.js';

describe('links', () => {
  it('are read from templates, whole ones alone', () => {
    const template = (id: string, content: unknown) => [id, { spec: { id, content } }] as const;
    const templates = new Map([
      template('news', {
        subject: 'See https://shop.example.com/new.',
        blocks: [
          { url: 'https://shop.example.com/new' },
          { text: 'or (https://shop.example.com/old?a=1&b=2), or ftp://x' },
          { url: '{{ link }}' },
          { url: 'https://shop.example.com/p/{{ id }}' },
        ],
      }),
      template('again', { body: 'https://shop.example.com/new' }),
    ]);
    // Nothing else of a playbook is read.
    expect(linksOf({ templates } as unknown as Bundle)).toEqual([
      { url: 'https://shop.example.com/new', namedBy: 'templates/news' },
      { url: 'https://shop.example.com/old?a=1&b=2', namedBy: 'templates/news' },
    ]);
  });

  it('are where a fact leads', () => {
    const data = {
      name: 'Cup',
      url: 'https://shop.example.com/cup',
      image: 'https://cdn.example.com/cup.jpg',
    };
    expect(linksOfFact(fact({ id: 'cup', data }))).toEqual([
      { url: data.url, namedBy: 'facts/cup' },
      { url: data.image, namedBy: 'facts/cup' },
    ]);
    expect(linksOfFact(fact({ id: 'claim', data: { text: 'Made here' } }))).toEqual([]);
  });
});

describe('following a link', () => {
  let server: Server;
  let port: number;
  let asked: string[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const path = request.url ?? '';
      if (path === '/hang') return;
      if (path.startsWith('/round'))
        response.writeHead(302, { location: `/round${Number(path.slice(6)) + 1}` });
      else if (path === '/moved') response.writeHead(301, { location: '/there' });
      else if (path === '/inside') response.writeHead(302, { location: 'http://169.254.169.254/latest' });
      else if (path === '/no-head') response.writeHead(request.method === 'HEAD' ? 405 : 200);
      else response.writeHead(path === '/there' ? 200 : Number(path.slice(1)));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const probe = (path: string, allowHosts = ['127.0.0.1']) =>
    probeLink(`http://127.0.0.1:${port}${path}`, {
      allowHosts,
      signal: AbortSignal.timeout(path === '/hang' ? 1_000 : 60_000),
    });

  it.each([
    ['/there', 'ok', ['HEAD /there']],
    ['/moved', 'ok', ['HEAD /moved', 'HEAD /there']],
    ['/no-head', 'ok', ['HEAD /no-head', 'GET /no-head']],
    ['/404', 'broken', ['HEAD /404', 'GET /404']],
    ['/410', 'broken', ['HEAD /410', 'GET /410']],
    ['/403', 'unknown', ['HEAD /403', 'GET /403']],
    ['/503', 'unknown', ['HEAD /503', 'GET /503']],
    ['/hang', 'unknown', ['HEAD /hang']],
  ] as const)('%s: %s', async (path, state, requests) => {
    expect(await probe(path)).toMatchObject({ state });
    expect(asked).toEqual(requests);
  });

  it('ends a circle', async () => {
    expect(await probe('/round1')).toMatchObject({ state: 'unknown', detail: expect.stringContaining('redirects') as string }); // prettier-ignore
    expect(asked).toHaveLength(6);
  });

  it('asks nothing inside, not even when it is led there', async () => {
    expect(await probe('/there', [])).toEqual({ state: 'unknown', detail: '127.0.0.1 is not a public address' }); // prettier-ignore
    expect(asked).toEqual([]);
    expect(await probe('/inside')).toEqual({ state: 'unknown', detail: '169.254.169.254 is not a public address' }); // prettier-ignore
    const signal = AbortSignal.timeout(60_000);
    expect(await probeLink(`http://localhost:${port}/there`, { allowHosts: [], signal })).toMatchObject({ state: 'unknown' }); // prettier-ignore
    expect(await probeLink('file:///etc/passwd', { allowHosts: [], signal })).toMatchObject({
      state: 'unknown',
    });
    expect(asked).toEqual(['HEAD /inside']);
  });

  it('knows a host that refuses from one that does not exist and one that is slow', () => {
    const error = (code: string) => verdictOn({ kind: 'error', code, message: 'words' });
    expect(error('ENOTFOUND')).toEqual({ state: 'broken', detail: 'there is no such host' });
    expect(error('ECONNREFUSED').state).toBe('broken');
    expect(error('CERT_HAS_EXPIRED').state).toBe('broken');
    expect(error('EAI_AGAIN')).toEqual({ state: 'unknown', detail: 'words' });
  });
});
