import { sql } from 'kysely';
import { DispatchWorld } from '../harness/dispatch-world.js';
import { SituationReader } from '../../src/decisions/index.js';
import { Pace } from '../../src/platform/pace/index.js';
import { type Message } from '../../src/messages/message.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { PoliciesService } from '../../src/policies/index.js';
import { ProfilesService } from '../../src/profiles/index.js';
import { selectEarlierAnswers, selectHourCounts } from '../../src/rehearsal/stored-people.read-model.js';
import { linkToken } from '../../src/shared/links.js';
import { AnswerHoursService } from '../../src/learning/answer-hours.service.js';

const DAY = 86_400_000;
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

describe('counting when messages are answered', () => {
  let world: DispatchWorld;
  let service: AnswerHoursService;
  beforeAll(async () => {
    world = await DispatchWorld.open(); // Monday 2 March 2026, 11:00 in Berlin
    service = new AnswerHoursService(world.database, world.clock, world.get(ProfilesService), new Pace());
  });
  afterAll(() => world.close());

  const sent = async (person: string): Promise<Message> => {
    const message = await world.approved(person, { content: { links: ['https://shop.example/'] } }); // as outcomes.service.spec.ts has its links
    await world.doDueWork();
    world.clock.advance(60_000);
    return message;
  };
  const clicks = async (message: Message): Promise<void> => {
    const token = linkToken(world.runtime.secrets.current('links'), message.id, 'click', 0);
    await world.request('GET', `/t/${token}`, { headers: BROWSER });
    world.clock.advance(10_000);
    await world.doDueWork(); // a click counts once it is told from a scanner's
  };
  const rows = async () =>
    (
      await sql<{ segment: string; slot: number; sent: number; answered: number }>`
        select segment, slot, sent, answered from answer_hours order by segment, slot`.execute(
        world.database.db,
      )
    ).rows;

  it('counts each message once, when it can no longer change, for everyone and for those like them', async () => {
    const ada = await world.person('ada', { timezone: 'Europe/Berlin', country: 'DE' });
    await clicks(await sent(ada));
    await sent(ada);
    expect(await service.count()).toBe(0);
    world.clock.advance(5 * DAY);
    expect(await service.count()).toBe(2);
    expect(await service.count()).toBe(0);
    expect(await rows()).toEqual([
      { segment: '', slot: 11, sent: 2, answered: 1 },
      { segment: 'DE lead', slot: 11, sent: 2, answered: 1 },
    ]);
    const profile = await world.get(ProfilesService).load(world.database.db, ada);
    const playbook = world.get(PoliciesService).active();
    const answersFor = async (bestHours: boolean) => {
      const actions = [...playbook.actions].map(
        ([id, action]) => [id, { ...action, spec: { ...action.spec, bestHours } }] as const,
      );
      const bundle: Bundle = { ...playbook, actions: new Map(actions) };
      const asked = { profile, now: world.clock.now() };
      return (await world.get(SituationReader).read(world.database.db, bundle, asked)).answerHours;
    };
    expect(await answersFor(true)).toEqual({
      email: { everyone: [[11, 2, 1]], segment: [[11, 2, 1]], own: [[11, 2, 1]] },
    });
    expect(await answersFor(false)).toBeUndefined();
    // What a simulation reads of the same.
    const { db } = world.database;
    const march = { from: '2026-03-01', to: '2026-03-31' };
    expect(await selectHourCounts(db, ['', 'FR lead'], march)).toEqual([
      { channel: 'email', segment: '', month: '2026-03-01', slot: 11, sent: 2, answered: 1 },
    ]);
    expect(await selectHourCounts(db, [''], { from: '2026-04-01', to: '2026-04-30' })).toEqual([]);
    const span = { since: new Date('2026-03-01T00:00:00Z'), until: world.clock.now().toISOString() };
    expect((await selectEarlierAnswers(db, [ada], span)).map(({ answered }) => answered)).toEqual([
      true,
      false,
    ]);
    expect(await selectEarlierAnswers(db, [ada], { ...span, until: '2026-03-02T00:00:00Z' })).toEqual([]);
  });
});
