import { claim, type Finder, type LooseClaim, type Rule, set } from './loose-words.js';
import { smallNumber } from './numbers.js';

const THAN = set('than als');
const NO_COMPARISON = set(
  'other rather whether either more-than sooner later earlier eher lieber später früher anders mehr immer wieder aber oder hinter unter über unser euer einer keiner jeder dieser welcher leider sonder weder ihrer seiner meiner deiner guter neuer alter ganzer jener',
);
const TO_NOBODY = set(
  'ever never usual before you expected nothing just nur je sonst gedacht erwartet vorher bisher nichts bislang zuvor last late that gewohnt geplant',
);

/** One thing set above others: "quieter than", "schneller ein als". */
const comparison: Finder = (words, i, { word }) => {
  if (!THAN.has(word)) return null;
  const next = words.at(i + 1, i);
  if (next === '' || TO_NOBODY.has(next) || /^\d/.test(next) || smallNumber(next) !== undefined) return null;
  for (let back = 1; back <= 3; back++) {
    const each = words.tokens[i - back];
    const said = words.at(i - back, i);
    if (each === undefined || said === '') return null;
    const compares =
      word === 'als'
        ? !each.isName && /^.{3,}er$/u.test(said) && !NO_COMPARISON.has(said)
        : (/^.{2,}er$/u.test(said) && !NO_COMPARISON.has(said) && back < 3) || (said === 'less' && back < 3);
    if (compares || (said === 'weniger' && word === 'als'))
      return claim(words, i - back, i + 1, 'superlative', [`compared ${said} ${next}`]);
  }
  return null;
};

const THE = set("the our its their world's europe's britain's germany's");
const NO_HIGHEST = set(
  'latest nearest earliest interest request guest forest honest modest harvest contest protest test best rest west chest nest quest digest invest guests earnest conquest unrest east vest pest newest youngest oldest furthest farthest closest',
);
const DER = set(
  'der die das den dem des unser unsere unserer unserem unseren unseres deutschlands europas österreichs bayerns hamburgs berlins',
);
const NO_HÖCHST = set(
  'erste nächste letzte meiste feste ernste oberste unterste hinterste vorderste jüngste älteste neueste beste liebste geringste leiseste kleinste robuste bewusste gewusste musste wüste küste kiste liste leiste weste geste reste gäste kruste büste lüste brüste posten kosten kasten ersten',
);
const HÖCHST = /^.{3,}ste[nrms]?$/u;
const BARE_MOST = set(
  'of people cases days mails emails orders recent part important common likely out from',
);

/** The highest degree by its form alone. */
const highest: Finder = (words, i, { word, isName }) => {
  const [last, next] = [words.at(i - 1, i), words.at(i + 1, i)];
  if (word === 'most' && THE.has(last) && next !== '' && !BARE_MOST.has(next))
    return claim(words, i - 1, i + 1, 'superlative', [`most ${next}`]);
  if (
    word === 'only' &&
    last === 'the' &&
    next.length > 2 &&
    !NOT_ALONE.has(next) &&
    words.at(i + 2, i) !== 'is'
  )
    return claim(words, i - 1, i + 1, 'superlative', [`only ${next}`]);
  if (/^einzige[rnsm]?$/.test(word) && DER.has(last) && !NOT_ALONE.has(next))
    return claim(words, i - 1, i, 'superlative', [`only ${next}`]);
  if (word.endsWith('est') && THE.has(last) && word.length > 5 && !NO_HIGHEST.has(word))
    return claim(words, i - 1, i, 'superlative', [`most ${word}`]);
  if (isName || word.length < 6 || !HÖCHST.test(word)) return null;
  const stem = word.replace(/[nrms]$/, '');
  if (NO_HÖCHST.has(stem) || NO_HÖCHST.has(word)) return null;
  return DER.has(last) || (last === 'am' && word.endsWith('sten'))
    ? claim(words, i - 1, i, 'superlative', [`most ${stem}`])
    : null;
};
const NOT_ALONE = set(
  'thing things question way one time catch difference ding frage reason place person weg person',
);

const TIMES =
  /^(?:twice|double|triple|thrice|doppelt.*|dreifach.*|dreimal|zweimal|viermal|fünfmal|zehnmal|zwanzigmal|hundertmal|halb)$/u;
const OF_WHAT = set('the as so wie');
/** So many times what something else is. */
const multiple: Finder = (words, i, { word }) =>
  TIMES.test(word) && OF_WHAT.has(words.at(i + 1, i))
    ? claim(words, i, i + 1, 'superlative', [`times ${word.slice(0, 5)}`])
    : null;

const EXPERT =
  /(?:^|-)(?:doctor|dermatolog|physician|dentist|pharmacist|nutritionist|midwi|veterinar|scientist|surgeon|therapist|paediatric|pediatric)|(?:arzt|ärzte|ärztin|ärztinnen|ärzten|apotheker|hebammen?|orthopäde|wissenschaftler|forscher|therapeut|therapeuten|ernährungsberater|experten|kinderärzte|stylisten)(?:n|innen)?$|^(?:experts?|vets|professionals|stylists|chefs|trainers|baristas|scientists)$/u;
const VOUCHES =
  /^(?:recommend|swear|trust|approve|prefer|endorse|empfehl|empfiehlt|empfohlen|schwör|vertrau|bestätig|agree|rate)/;
/** Somebody who ought to know, vouching. */
const expert: Finder = (words, i, { word }) => {
  if (!EXPERT.test(word)) return null;
  for (let by = -5; by <= 5; by++)
    if (VOUCHES.test(words.at(i + by, i))) return claim(words, Math.min(i, i + by), Math.max(i, i + by), 'other', ['vouched']); // prettier-ignore
  return null;
};

const SURE = set('certain sure bound');
const ARE = set('is are will be always absolutely completely simply');
const WHOLLY = set(
  'absolutely completely totally perfectly entirely fully 100 absolut völlig vollkommen hundertprozentig komplett total vollständig ganz restlos',
);
const SAFE =
  /^(?:safe|secure|reliable|harmless|waterproof|sicher(?:e[nrs]?)?|zuverlässig|unbedenklich|harmlos|dicht|geschützt|protected|private|anonym|natural|natürlich|schadstoff)/;
/** What is said to hold without fail. */
const certain: Finder = (words, i, { word }) => {
  if (
    SURE.has(word) &&
    words.at(i + 1, i) === 'to' &&
    ARE.has(words.at(i - 1, i)) &&
    !IMPERATIVE.has(words.at(i - 2, i)) &&
    words.at(i - 1, i) !== 'be'
  )
    return claim(words, i, i + 1, 'other', ['certain']);
  if (WHOLLY.has(word) && SAFE.test(words.at(i + 1, i)))
    return claim(words, i, i + 1, 'other', [`wholly ${words.at(i + 1, i).slice(0, 6)}`]);
  return null;
};
const IMPERATIVE = set('please and or make just to');

/** A part of the body, or how it is. */
const BODY =
  /^(?:hearts?|herz.{0,3}|rücken.*|stomach|magen|tummy|belly|bauch.{0,4}|skin|haut|complexion|teint|hair|haare?n?|joints?|gelenke?n?|bones?|knochen|muscles?|muskel.*|brains?|gehirn|eyes?|eyesight|augen|teeth|gums|zähnen?|zahnfleisch|gut|darm|liver|leber|kidneys?|nieren|blood|blut|circulation|kreislauf|posture|haltung|nerves?|nerven|lungs?|lungen?|fat|fett|kilos|pfunde|weight|gewicht|toxins?|giftstoffen?|schlacken|asleep|sleep|schlaf.{0,3}|einschlafen|stress|strain|fatigue|müdigkeit|cramps?|krämpfen?|itch.*|juckreiz|swelling|schwellung.*|spine|wirbelsäule|bandscheib.*|hips?|hüften?|knees?|knien?|shoulders?|schultern?|neck|nacken|veins?|venen|nails|nägel|pores|poren|lifespan)$/u;
const ACTS =
  /^(?:improv|boost|strengthen|reliev|ease[sd]?$|easing|heal|cure[sd]?$|curing|reduc|lower|ends?$|ending|prevent|protect|fight|stops?$|remov|flush|burn|melt|firms?$|tones?$|straighten|regenerat|stimulat|promot|support|prolong|calm|sooth|tighten|plump|repair|rebuild|detox|helps?$|beseitig|förder|stärk|linder|heil|schütz|schont|entlast|straff|verlänger|verbesser|beruhig|purzel|schmelz|vorbeug|beugt|beugen|belebt?|aktivier|regulier|befrei|mobilisier|kräftig|löst|schlank|gesund|healthy|healthier|flat|flatter|glowing|strahlende|glänzend|stronger|younger|jünger|faster|sooner|better|besser|schneller|tiefer|deeper|good|gut)/;
/** "Pain" alone says it. */
const ACHES =
  /^(?:pains?|aches?|backache|soreness|beschwerden|verspannung.*|-?durchblutung|giftstoffe|bandscheib.*|wirbelsäule)$/u;
const REACH = 4;

/** What something does to the body. */
const effect: Finder = (words, i, { word }) => {
  if (ACHES.test(word)) return claim(words, i, i, 'other', ['family pain']);
  if (!BODY.test(word)) return null;
  for (let by = -REACH; by <= REACH; by++)
    if (by !== 0 && ACTS.test(words.at(i + by, i)))
      return claim(words, Math.min(i, i + by), Math.max(i, i + by), 'other', [`effect ${word.slice(0, 4)}`]);
  return null;
};

const COUNTRIES = `
  germany german deutsch|france french französisch frankreich|italy italian italien|spain spanish spanien spanisch|portugal portug|switzerland swiss schweiz
  austria austrian österreich|britain british britisch|england english englisch|scotland scottish schottland schottisch|ireland irish irland irisch|norway norweg norwegen
  sweden swedish schweden schwedisch|denmark danish dänemark dänisch|finland finnish finnland finnisch|iceland icelandic island isländ|japan japan|china chinese chines
  india indian indien indisch|peru peru|brazil brazil brasil|kenya kenia|ethiopia ethiop äthiop|colombia colomb kolumb|mexico mexic mexik|america american amerika
  usa =usa|canada canad kanad|australia austral|zealand zealand neuseel|turkey turkish türkei türkisch|greece greek griech griechenland|poland polish polen polnisch
  netherlands dutch niederl|belgium belgi|czech czech tschech|korea korea|thailand thai|vietnam vietnam|morocco moroc marokk|africa afric afrik|tuscany tuscan toskana
`;
const COUNTRY_OF = COUNTRIES.trim()
  .split(/\n|\|/)
  .map((line) => line.trim().split(' '))
  .map(([name = '', ...stems]) => ({ name, stems: [name, ...stems] }));
const MADE =
  /^(?:made|make|knit.*|woven|sewn|grown|brewed|milled|produced|sourced|crafted|built|forged|hand-?made|comes?|origin.*|manufactur.*|hergestellt|gefertigt|gestrickt|genäht|gewebt|gebaut|stamm.*|komm.*|herkunft|wertarbeit|leather|wool|steel|oak|linen|cotton|quality|engineering|leder|wolle|schafen?|stahl|eiche|leinen|baumwolle|handwerk|qualität|manufaktur|holz)$/u;

function countryOf(word: string) {
  return COUNTRY_OF.find(({ stems }) =>
    stems.some((stem) => (stem.startsWith('=') ? word === stem.slice(1) : word.startsWith(stem))),
  );
}

/** Where something comes from. */
const origin: Finder = (words, i, { word }) => {
  const country = countryOf(word);
  if (country === undefined) return null;
  if (words.isApproved) return claim(words, i, i, 'other', [`from ${country.name}`]);
  for (let by = -5; by <= 3; by++)
    if (MADE.test(words.at(i + by, i))) return claim(words, i, i, 'other', [`from ${country.name}`]);
  return null;
};

/**
 * Turns of phrase that say as much as a superlative, a promise or a day, though no word of theirs does: a line each, its kind, its name, then the
 * turns; a star stands for the rest of a word.
 */
const TURNS = `
  superlative unrivalled: gold standard; maß aller dinge; like no other; wie kein* andere*; wie kein* zweite*; nothing beats; nothing else beats
  superlative unrivalled: nothing compares; nothing comes close; nothing like it; sucht seinesgleichen; class of its own; class of their own; klasse für sich
  superlative unrivalled: one and only; world's favo*; everyone's favo*; hard to beat; nicht zu toppen; nicht zu schlagen; nicht zu überbieten; kaum zu toppen
  superlative unrivalled: kaum zu schlagen; head and shoulders; nowhere else; nirgendwo sonst; nirgends sonst; only from us; nur bei uns; second best
  other tree: a tree for every; a tree for each; baum für jede*; bäume für jede*
  other conscience: gutem gewissen; gutes gewissen; reinem gewissen; clear conscience; guilt free
  other always: around the clock; round the clock; rund um die uhr; day and night; day or night; tag und nacht
  other proof: studies show; studies prove; research shows; research proves; tests show; tests prove; studien zeigen; studien belegen; studien beweisen
  other gentle: gentle on; gentle to
  other animal-tests: tested on animals; an tieren getestet
  other never: you will never; nie wieder; nie mehr; never again; you'll never
  other repeated: will not be repeated; won't be repeated; will not return; won't return; never to return
  other repeated: nicht wiederholt; bald weg; bald ausverkauft; bald vergriffen
  superlative unrivalled: in den schatten; das nonplusultra; das a und o; everyone is raving; everybody is raving; everyone is talking; everybody loves; everyone loves; alle lieben
  superlative compared: anders als; compared to; compared with; im vergleich zu; im gegensatz zu; ahead of every; ahead of the; ahead of all; unlike any; unlike other
  other whatever: whatever happens; no matter what; come what may; in jedem fall; auf jeden fall; unter allen umständen; bei jedem wetter; in any weather; without fail; rain or shine
  other limitless: as many * as you; as often as you; as long as you live; so oft sie; so viel sie; until the last minute; bis zur letzten minute
  other limitless: from one day to the next; von heute auf morgen; beliebig viel*; beliebig oft; as often as; as many as you; to the last minute
  other fast: while you wait; within minutes; in minutes; within hours; in seconds; within seconds; im nu; im handumdrehen; in windeseile; auf der stelle; in minutenschnelle
  superlative unrivalled: get any better; of the decade; of the century; of our time; war noch nie; never been so; gold medal; goldmedaille*
  other covered: übernehmen wir; wir übernehmen; costs nothing; kostet nichts; kosten nichts; no money down; locked for life
  other repeated: wer zuerst kommt; by the minute; by the hour; down to its last; down to our last; nur noch rest*
  other refund: get your * back; your * back; we refund; refunded in full; zahlen sie nichts; zahlst du nichts; you pay nothing
  other repeated: like hot cakes; hardly any; kaum noch; not for long; nicht mehr lange; fill up; filling up; nicht noch einmal; first come; as good as gone; so gut wie weg
  other repeated: almost none; fast alle; nearly all; few remain; wird knapp; werden knapp; running low; while you can; solange es noch
  other region: aus der region; from the region; aus der nachbarschaft; from around the corner; regional angebaut; locally grown; locally sourced
  date next-day: the next day; the very next day; next working day; next business day; the following day; am nächsten tag; am folgenden tag
  date next-day: am nächsten werktag; am folgenden werktag; über nacht; overnight
  date same-day: the same day; same day; am selben tag; am gleichen tag; am selben werktag; am gleichen werktag
`;

interface Turn {
  readonly kind: LooseClaim['kind'];
  readonly name: string;
  readonly rest: readonly string[];
}

/** Turns by their first word. */
const TURNS_BY_START = new Map<string, Turn[]>();
for (const line of TURNS.trim().split('\n')) {
  const [head = '', turns = ''] = line.trim().split(': ');
  const [kind, name = ''] = head.split(' ') as ['superlative' | 'other' | 'date', string?];
  for (const turn of turns.split('; ')) {
    const [first = '', ...rest] = turn.split(' ');
    TURNS_BY_START.set(first, [...(TURNS_BY_START.get(first) ?? []), { kind, name, rest }]);
  }
}

const isWord = (word: string, wanted: string): boolean =>
  wanted.endsWith('*') ? word.startsWith(wanted.slice(0, -1)) : word === wanted;

const turn: Finder = (words, i, { word }) => {
  const said = TURNS_BY_START.get(word)?.find(({ rest }) =>
    rest.every((wanted, n) => isWord(words.at(i + n + 1, i), wanted)),
  );
  return said === undefined ? null : claim(words, i, i + said.rest.length, said.kind, [`turn ${said.name}`]);
};

/** What is set above others, vouched for, or said to work. */
export const PRAISE: readonly Rule[] = [
  [(word) => THAN.has(word), comparison],
  [(word) => /^(?:most|only|einzige[rnsm]?)$|est$/.test(word) || HÖCHST.test(word), highest],
  [(word) => TIMES.test(word), multiple],
  [(word) => EXPERT.test(word), expert],
  [(word) => SURE.has(word) || WHOLLY.has(word), certain],
  [(word) => ACHES.test(word) || BODY.test(word), effect],
  [(word) => countryOf(word) !== undefined, origin],
  [(word) => TURNS_BY_START.has(word), turn],
];
