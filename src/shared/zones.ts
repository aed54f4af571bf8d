import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';

/** `Intl.Locale` of ES2023 and later: a property in some engines, a method in others. */
interface LocaleWithZones {
  readonly timeZones?: readonly string[];
  getTimeZones?(): readonly string[];
}

const ALPHA3: ReadonlyMap<string, string> = new Map(
  (
    'ARG:AR AUS:AU AUT:AT BEL:BE BGR:BG BRA:BR CAN:CA CHE:CH CHL:CL CHN:CN COL:CO CZE:CZ DEU:DE DNK:DK EGY:EG ESP:ES EST:EE FIN:FI ' +
    'FRA:FR GBR:GB GRC:GR HKG:HK HRV:HR HUN:HU IDN:ID IND:IN IRL:IE ISL:IS ISR:IL ITA:IT JPN:JP KOR:KR LTU:LT LUX:LU LVA:LV MEX:MX ' +
    'MYS:MY NLD:NL NOR:NO NZL:NZ PER:PE PHL:PH POL:PL PRT:PT ROU:RO RUS:RU SAU:SA SGP:SG SRB:RS SVK:SK SVN:SI SWE:SE THA:TH TUR:TR ' +
    'TWN:TW UKR:UA USA:US VNM:VN ZAF:ZA ARE:AE'
  )
    .split(' ')
    .map((pair): [string, string] => [pair.slice(0, 3), pair.slice(4)]),
);
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['uk', 'GB'],
  ['great britain', 'GB'],
  ['england', 'GB'],
  ['scotland', 'GB'],
  ['wales', 'GB'],
  ['united states of america', 'US'],
  ['america', 'US'],
  ['holland', 'NL'],
  ['czech republic', 'CZ'],
  ['turkey', 'TR'],
]);

/**
 * Area codes of the North American plan that lie within one time zone. Codes that straddle two are left out on purpose: all zones of their
 * country are candidates then.
 */
const NORTH_AMERICAN_AREAS: Readonly<Record<string, string>> = {
  'America/New_York':
    '203 475 860 959 302 202 771 239 305 321 352 386 407 561 656 689 727 754 772 786 813 863 904 941 954 229 404 470 478 678 706 762 770 912 ' +
    '943 207 227 240 301 410 443 667 339 351 413 508 617 774 781 857 978 603 201 551 609 640 732 848 856 862 908 973 212 315 329 332 347 363 ' +
    '516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934 252 336 472 704 743 828 910 919 980 984 216 220 234 283 326 330 380 419 ' +
    '436 440 513 567 614 740 937 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878 401 803 821 839 843 854 864 802 276 434 540 571 ' +
    '703 757 804 826 948 304 681 502 606 859 865',
  'America/Detroit': '231 248 269 313 517 586 616 679 734 810 947 989',
  'America/Indiana/Indianapolis': '260 317 463 765',
  'America/Chicago':
    '205 251 256 334 659 938 327 479 501 870 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872 319 515 563 641 712 316 913 ' +
    '225 318 337 504 985 218 320 507 612 651 763 952 228 601 662 769 235 314 417 557 573 636 660 816 975 402 531 405 539 572 580 918 615 629 ' +
    '731 901 931 210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 936 940 945 956 972 979 262 274 353 414 ' +
    '534 608 715 920',
  'America/Denver': '303 719 720 970 983 406 505 575 385 435 801 307 915',
  'America/Phoenix': '480 520 602 623',
  'America/Los_Angeles':
    '209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 ' +
    '858 909 916 925 949 951 702 725 503 971 206 253 360 425 509 564',
  'Pacific/Honolulu': '808',
  'America/Toronto':
    '226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 905 942 263 354 367 438 450 468 514 579 873',
  'America/Vancouver': '604',
  'America/Edmonton': '368 403 587 780 825',
  'America/Regina': '306 474 639',
  'America/Winnipeg': '204 431 584',
  'America/Halifax': '782 902',
  'America/Moncton': '428 506',
};
/** Toll-free, personal and premium numbers under +1: anybody between Guam and Newfoundland may hold one, though the metadata says US. */
const NOWHERE_IN_NORTH_AMERICA = /^(?:8(?:00|33|44|55|66|77|88)|5(?:00|2[1-9]|33|44|66|77|88)|[79]00)/;
const ZONE_OF_AREA: ReadonlyMap<string, string> = new Map(
  Object.entries(NORTH_AMERICAN_AREAS).flatMap(([zone, areas]) =>
    areas.split(' ').map((area): [string, string] => [area, zone]),
  ),
);

const zonesByCountry = new Map<string, readonly string[]>();
const knownZones = new Map<string, boolean>();
let codesByName: ReadonlyMap<string, string> | undefined;

/** Whether the engine's time-zone data knows this IANA name. Offsets such as `+02:00` are no zones: they do not know summer. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  let valid = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    valid = false;
  }
  // Anybody may send names: the memory is bounded.
  if (knownZones.size > 2_000) knownZones.clear();
  knownZones.set(name, valid);
  return valid;
}

/** All time zones of a country, by its ISO 3166-1 alpha-2 code; empty when there is no such country. */
export function zonesOfCountry(country: string): readonly string[] {
  const cached = zonesByCountry.get(country);
  if (cached !== undefined) return cached;
  if (!/^[A-Z]{2}$/.test(country)) return [];
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & LocaleWithZones;
  const zones = [...(locale.timeZones ?? locale.getTimeZones?.() ?? [])].sort();
  zonesByCountry.set(country, zones);
  return zones;
}

/**
 * The zones a phone number may be in: one where its area code says so, else all of its country, else all of the countries that share its
 * calling code. Empty for what is no number.
 * @param phone in E.164.
 */
export function zonesOfPhone(phone: string): readonly string[] {
  const number = parsePhoneNumberFromString(phone);
  if (number === undefined) return [];
  const { countryCallingCode } = number;
  let { country } = number;
  if (countryCallingCode === '1') {
    const zone = ZONE_OF_AREA.get(number.nationalNumber.slice(0, 3));
    if (zone !== undefined) return [zone];
    if (NOWHERE_IN_NORTH_AMERICA.test(number.nationalNumber)) country = undefined;
  }
  const countries: readonly CountryCode[] =
    country === undefined
      ? getCountries().filter((code) => getCountryCallingCode(code) === countryCallingCode)
      : [country];
  return [...new Set(countries.flatMap((code) => zonesOfCountry(code)))].sort();
}

/** A country as customers' systems write it (`US`, `usa`, `United States`, `UK`) as ISO 3166-1 alpha-2; null when it is none. */
export function countryCode(text: string): string | null {
  const lower = text.trim().toLowerCase();
  const upper = lower.toUpperCase();
  const other = OTHER_NAMES.get(lower) ?? ALPHA3.get(upper);
  if (other !== undefined) return other;
  if (/^[A-Z]{2}$/.test(upper)) return zonesOfCountry(upper).length > 0 ? upper : null;
  codesByName ??= namesOfCountries();
  return codesByName.get(lower) ?? null;
}

/** Every ISO 3166 code that is known here. */
export function countryCodes(): readonly string[] {
  return getCountries();
}

/** Every time zone by its IANA name. */
export function zoneNames(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

function namesOfCountries(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  return new Map(
    getCountries().flatMap((code): [string, string][] => {
      const name = names.of(code);
      return name === undefined ? [] : [[name.toLowerCase(), code]];
    }),
  );
}
