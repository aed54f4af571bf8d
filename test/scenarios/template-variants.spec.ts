import { readFile } from 'node:fs/promises';
import { drawnFrom } from '../../src/drafting/template.js';
import { PoliciesService } from '../../src/policies/index.js';
import { readVariantUse } from '../../src/console/playbook/playbook.read-model.js';
import { fillCatalogue, HOUR, identify, order } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  decisionsAbout,
  endSound,
  mailsTo,
  message,
  messagesTo,
  only,
  unsubscribePath,
} from '../harness/shown.js';

const PERSON =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15';
const PEOPLE = ['ada', 'ben', 'cleo', 'dora'];
const SUBJECTS: Readonly<Record<string, string>> = {
  original: 'Welcome to the shop',
  shorter: 'Hello from the shop',
};

/** Somebody signs up and is written to from a template with two wordings. */
const templates = async (): Promise<string> => {
  const shipped = await readFile('policies/templates/lifecycle.yaml', 'utf8');
  const others = shipped.split(/^(?=- id: )/m).filter((each) => !/^ {2}action: welcome$/m.test(each));
  return `${others.join('')}
- id: welcome-tried
  action: welcome
  channel: email
  slots:
    code: { type: text, from: facts.offer.data.code, maxLength: 20 }
  content:
    kind: email
    subject: ${SUBJECTS['original'] ?? ''}
    blocks: [{ type: text, text: 'The code for a first order is {{ code }}.' }]
  variants:
    - id: shorter
      content:
        kind: email
        subject: ${SUBJECTS['shorter'] ?? ''}
        blocks: [{ type: text, text: 'Your code: {{ code }}.' }]
  maxAudience: 1000
  expires: 2030-01-01
  owner: lifecycle
`;
};

describe('a signed template with variants', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ playbook: { 'templates/lifecycle.yaml': await templates() } });
    await fillCatalogue(story);
    for (const name of PEOPLE) {
      await story.happens(identify(name));
      await story.happens({ type: 'track', userId: name, event: 'Signed Up', properties: {} });
    }
    await story.passes(HOUR);
  });
  afterAll(() => endSound(story));

  const drawn = async (name: string): Promise<string> => {
    const policies = story.service.app.get(PoliciesService, { strict: false });
    const template = policies.active().templates.get('welcome-tried');
    if (template === undefined) throw new Error('the template is gone');
    return drawnFrom(template, only(await decisionsAbout(story, name)).seed).id;
  };

  it('gives each person the wording that their decision’s seed draws, under its one signature', async () => {
    for (const name of PEOPLE) {
      const id = await drawn(name);
      const sent = await message(story, only(await messagesTo(story, name)).id);
      expect(sent).toMatchObject({
        state: 'sent',
        approval: { kind: 'template' },
        content: { subject: SUBJECTS[id], versions: { template: { id: 'welcome-tried', variant: id } } },
      });
      expect(only(await mailsTo(story, `${name}@example.com`)).email.subject).toBe(SUBJECTS[id]);
    }
  });

  it('counts what came of each wording', async () => {
    const sent = { original: 0, shorter: 0 };
    for (const name of PEOPLE) sent[(await drawn(name)) as keyof typeof sent] += 1;
    const page = (await story.request('GET', '/playbook')).text;
    const [, section = ''] = page.split('>Variants<');
    const words = section.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    for (const [id, count] of Object.entries(sent))
      expect(words).toContain(` ${id} “${SUBJECTS[id] ?? ''}” ${count} 0 `);
  });

  it('counts clicks, goals and unsubscribes for the wording that was sent, and for no other', async () => {
    const variant = await drawn('ada');
    const mail = only(await mailsTo(story, 'ada@example.com'));
    const [link = ''] = /\/t\/[\w-]+/.exec(mail.email.html ?? '') ?? [];
    await story.passes(HOUR);
    const click = await story.request('GET', link, { token: null, headers: { 'user-agent': PERSON } });
    expect(click.status).toBe(302);
    await story.passes(HOUR);
    await story.happens(order('ada'));
    expect((await story.request('POST', unsubscribePath(mail), { token: null })).status).toBeLessThan(400);
    await story.passes(HOUR);
    const use = await readVariantUse(
      story.database.db,
      { templateIds: ['welcome-tried'], actions: [] },
      new Date(0),
    );
    for (const each of use) {
      const count = each.variant === variant ? 1 : 0;
      expect(each).toMatchObject({ clicked: count, converted: count, unsubscribed: count });
    }
    expect(use.map((each) => each.variant)).toContain(variant);
  });
});
