import { sql } from 'kysely';
import { identify, order } from '../harness/customers.js';
import { Story } from '../harness/service.js';

const RULE = `- id: large-orders
  title: Large orders
  reason: Somebody looks at them
  effect: review
  when: signal.properties.totl > 1000
  owner: sales
`;

describe('a rule on a field that no signal ever carried', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story.end());

  const files = async (): Promise<Record<string, string>> => {
    const { hash } = (await story.get('/v1/policies')) as unknown as { hash: string };
    const { rows } = await sql<{ files: Record<string, string> }>`select files from bundles where hash = ${hash}`.execute(story.database.db); // prettier-ignore
    const shipped = rows[0]?.files ?? {};
    return {
      ...shipped,
      'vocabulary.yaml': (shipped['vocabulary.yaml'] ?? '').replace(
        /^( {2}Order Completed:\n(?: {4}description:.*\n)? {4}properties:\n)/m,
        '$1      totl: { type: number, absent: unknown }\n',
      ),
      'guardrails/large.yaml': RULE,
    };
  };
  const warnings = async (): Promise<string[]> => {
    const answer = await story.post('/v1/policies/check', { files: await files() });
    expect(answer.body).toMatchObject({ ok: true, errors: [] });
    const told = answer.body['warnings'] as unknown as { file: string; line: number; message: string }[];
    return told.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  };

  it('is no news while no signal came', async () => {
    expect(await warnings()).toEqual([]);
  });

  it('is told once signals came, at its place and with the name that was meant', async () => {
    await story.happens(identify('ada'), order('ada', { 'ada@example.com': 'a key that is no name' }));
    expect((await warnings()).filter((each) => each.startsWith('guardrails/large.yaml'))).toEqual([
      expect.stringMatching(
        /^guardrails\/large\.yaml:5: signal\.properties\.totl was never carried by a signal; did you mean "total"\? \(\d+ names seen for Order Completed\)$/,
      ),
    ]);
  });

  it('is kept by name alone, once for each source', async () => {
    const kept = async (): Promise<string[]> => {
      const { rows } = await sql<{ line: string }>`
        select concat_ws(' ', c.kind, c.event, c.name) as line from carried_names c`.execute(
        story.database.db,
      );
      return rows.map(({ line }) => line);
    };
    const before = await kept();
    expect(before).toContain('property Order Completed total');
    expect(before.join('\n')).not.toContain('@');
    await story.restart();
    await story.happens(identify('bea'), order('bea'));
    expect((await kept()).sort()).toEqual(before.sort());
  });
});
