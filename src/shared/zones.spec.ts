import { countryCode, isZone, zonesOfCountry, zonesOfPhone } from './zones.js';

describe('time zones', () => {
  it.each([
    ['+12125550123', ['America/New_York']],
    ['+13125550123', ['America/Chicago']],
    ['+13035550123', ['America/Denver']],
    ['+16025550123', ['America/Phoenix']],
    ['+14155550123', ['America/Los_Angeles']],
    ['+18085550123', ['Pacific/Honolulu']],
    ['+14165550123', ['America/Toronto']],
    ['+493012345678', ['Europe/Berlin', 'Europe/Busingen']],
  ])('%s is in %j', (phone, zones) => {
    expect(zonesOfPhone(phone)).toEqual(zones);
  });

  it('leaves all zones of the country open for an area code that straddles two', () => {
    const zones = zonesOfPhone('+18505550123');
    expect(zones).toContain('America/Chicago');
    expect(zones).toContain('Pacific/Honolulu');
    expect(zones).not.toContain('America/Toronto');
  });

  it.each(['+18005550199', '+18885550123', '+15005550123', '+19005550123'])(
    'leaves every country of North America open for %s, which belongs to none',
    (phone) => {
      expect(zonesOfPhone(phone)).toEqual(
        expect.arrayContaining(['America/New_York', 'America/Toronto', 'America/St_Johns', 'Pacific/Guam']),
      );
    },
  );

  it('takes every country that shares a calling code when the number does not say which', () => {
    expect(zonesOfPhone('+447700900123')).toContain('Europe/London');
  });

  it('knows no zone of what is no number', () => {
    expect(zonesOfPhone('hello')).toEqual([]);
  });

  it('names area codes in zones that exist', () => {
    for (let area = 200; area <= 999; area++) {
      for (const zone of zonesOfPhone(`+1${area}5550123`)) expect([area, isZone(zone)]).toEqual([area, true]);
    }
  });

  it.each([
    ['US', 'US'],
    ['us', 'US'],
    ['USA', 'US'],
    ['United States', 'US'],
    ['UK', 'GB'],
    ['Germany', 'DE'],
    ['  germany ', 'DE'],
    ['Atlantis', null],
    ['ZZ', null],
    ['', null],
    ['constructor', null],
  ])('the country "%s" is %s', (text, code) => {
    expect(countryCode(text)).toBe(code);
  });

  it('knows the zones of a country', () => {
    expect(zonesOfCountry('GB')).toEqual(['Europe/London']);
    expect(zonesOfCountry('AU').length).toBeGreaterThan(5);
    expect(zonesOfCountry('nowhere')).toEqual([]);
  });

  it('tells impossible zones from real ones', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(isZone('+02:00')).toBe(false);
    expect(isZone('x'.repeat(10_000))).toBe(false);
  });
});
