import { clickMachineReason, isScanned, type LinkRequest, openMachineReason } from './attention.js';

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const at = new Date('2026-03-02T10:00:10.000Z');
const person: LinkRequest = {
  method: 'GET',
  userAgent: SAFARI,
  purpose: undefined,
  at,
  arrivedAt: new Date('2026-03-02T10:00:00.000Z'),
};

describe('a followed link', () => {
  it('may be a person’s', () => {
    expect(clickMachineReason(person)).toBeNull();
    expect(clickMachineReason({ ...person, arrivedAt: null })).toBeNull();
  });

  it.each<[Partial<LinkRequest>, string]>([
    [{ method: 'HEAD' }, 'head_request'],
    [{ userAgent: undefined }, 'no_user_agent'],
    [{ userAgent: ' ' }, 'no_user_agent'],
    [{ purpose: 'prefetch' }, 'prefetch'],
    [{ userAgent: 'python-requests/2.31.0' }, 'scanner'],
    [{ userAgent: `${SAFARI} BarracudaSentinel` }, 'scanner'],
    [{ userAgent: 'Slackbot-LinkExpanding 1.0' }, 'scanner'],
    [{ arrivedAt: new Date(at.getTime() - 999) }, 'too_soon_after_delivery'],
  ])('%j is a machine’s: %s', (difference, reason) => {
    expect(clickMachineReason({ ...person, ...difference })).toBe(reason);
  });

  it('counts from one second after delivery on', () => {
    expect(clickMachineReason({ ...person, arrivedAt: new Date(at.getTime() - 1_000) })).toBeNull();
  });
});

describe('a loaded picture', () => {
  it.each([
    'Mozilla/5.0',
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  ])('by %s says nothing about a person', (userAgent) => {
    expect(openMachineReason({ ...person, userAgent })).toBe('image_proxy');
  });

  it('by a mail program may be a person’s', () => {
    expect(openMachineReason(person)).toBeNull();
  });
});

describe('several links at once', () => {
  const click = { tokenHash: 'a', at };
  const after = (ms: number, tokenHash: string) => ({ tokenHash, at: new Date(at.getTime() + ms) });

  it('are a scanner’s, whichever came first', () => {
    expect(isScanned(click, [after(1_999, 'b')])).toBe(true);
    expect(isScanned(click, [after(-1_999, 'b')])).toBe(true);
  });

  it('are a person’s when they are the same link, or two seconds apart', () => {
    expect(isScanned(click, [after(100, 'a')])).toBe(false);
    expect(isScanned(click, [after(2_000, 'b')])).toBe(false);
    expect(isScanned(click, [])).toBe(false);
  });
});
