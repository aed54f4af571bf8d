import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser with a profile of its own. What a page logs as an error is kept: a policy that was broken shows up there. */
export class Browser {
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    private readonly directory: string,
  ) {}

  static async open(): Promise<Browser> {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-browser-'));
    const context = await chromium.launchPersistentContext(directory, {
      executablePath: '/usr/bin/chromium',
      headless: true,
      timeout: 180_000,
      args: FLAGS,
      viewport: { width: 1280, height: 860 },
    });
    return new Browser(context, directory);
  }

  async page(): Promise<Page> {
    const page = await this.context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // Answers such as 409 are told on the page; the browser logs them as well.
      const expected = /Failed to load resource.*status of 4(01|09)/.test(message.text());
      if (message.type() === 'error' && !expected) this.complaints.push(message.text());
    });
    return page;
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
