import { sentencesOf } from '../shared/sentences.js';
import { TextClassifier } from '../shared/text-classifier.js';
import { LEARNED_MOMENTS } from './learned-moments.js';

/** A moment in which somebody needs a person and no advertising. */
export interface Moment {
  /** Such as `moment.grief`. */
  readonly code: string;
  /** What of it a draft is worth being looked at for, 0 to 1; of several moments the heaviest names the task. */
  readonly weight: number;
  /** In words that quote nobody. */
  readonly what: string;
}

/** Any of these, as whole words; white space was made one space each. */
function saying(...phrases: readonly string[]): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${phrases.join('|')})(?!\\p{L})`, 'iu');
}

/** Up to so many words. */
const SOME = (most: number): string => `(?:[\\p{L}\\d.'’]+,? ){0,${most}}?`;

const KIN =
  '(?:mother|father|mum|mom|dad|gran|granny|grand\\p{L}+|nan|wife|husband|son|daughter|baby|child|partner|brother|sister|aunt|uncle|friend|dog|cat|pet|puppy|horse)';
const VERWANDT =
  '(?:mutter|mutti|mama|vater|vati|papa|mann|frau|kind|baby|sohn|tochter|bruder|schwester|oma|opa|groß\\p{L}+|tante|onkel|partner|partnerin|freund|freundin|hund|katze|kater|pferd)';

const MOMENTS: readonly (Moment & { readonly patterns: readonly RegExp[] })[] = [
  {
    code: 'moment.grief',
    weight: 0.8,
    what: 'grief',
    patterns: [
      /(?<!\p{L})(?:passed\s+away|died|death|deceased|funeral|bereave\p{L}*|mourning|grie(?:f|ving)|widow(?:ed|er)?|miscarriage|stillb\p{L}+|terminal(?:ly)?\s+ill|hospice|in\s+(?:the\s+)?hospital|suicid\p{L}*|rest\s+in\s+peace|rip|heart\s?broken|condolences|(?:so|very|deeply)\s+sad|lost\s+(?:my|our|her|his)\s+(?:\p{L}+\s+)?(?:mother|father|mum|mom|dad|wife|husband|son|daughter|baby|child|partner|brother|sister|dog|cat|grand\p{L}+|friend|job))(?!\p{L})/iu,
      /(?<!\p{L})(?:verstorben\p{L}*|gestorben|todesfall|beerdigung|trauer\p{L}*|hinterblieben\p{L}*|witwer?|fehlgeburt|im\s+krankenhaus|suizid\p{L}*|tot)(?!\p{L})/iu,
      saying(
        `bur(?:y|ied|ying) (?:(?:my|our|his|her) )?(?:\\p{L}+ )?${KIN}`,
        'cremat\\p{L}*|(?:memorial|burial) service|laid to rest|no longer (?:with us|alive)|slipped away|next of kin|probate|executor',
        '(?:be|been|was|were|him|her) put to sleep|(?:had|have) (?:him|her|it|my \\p{L}+|our \\p{L}+) put down',
        '(?:took|taken|end|ending) (?:his|her|their|my) (?:own )?life|end it all|kill(?:ed|ing)? (?:himself|herself|myself)|harm(?:ing)? myself|reason to live',
        '(?:accident|crash|fire|war|virus|illness|disease) (?:that )?(?:took|killed)',
        'lost (?:him|her|them) (?:at|to|in|last|this|on|when|after|so)|lost (?:the|a|our|my) (?:baby|pregnancy|little one)|no (?:\\p{L}+ )?heart ?beat',
        `(?:my|our|his|her) late ${KIN}|goodbye to (?:my|our|his|her) (?:\\p{L}+ )?${KIN}`,
        `(?:estate|affairs) of (?:my|our|the late)|(?:he|she|they|${KIN}) (?:did not|didn['’]t) (?:make it|survive|pull through)|stopped (?:beating|breathing)`,
        "(?:do not|don['’]t|no longer) want to (?:live|be here|be alive|go on)(?: any ?more)?|(?:rather|hope to|wish to|wish i (?:did|would)) not wake up|never wake up|(?:not|n['’]t) want to wake up|better off dead|wish i (?:was|were) dead",
      ),
      saying(
        'beigesetzt|beerdig\\p{L}*|eingeäschert|bestatte\\p{L}*|bestattung\\p{L}*|friedhof|sterbe(?:urkunde|fall)|eingeschläfert|erbschein|erbengemeinschaft',
        '(?:lebt|lebte) (?:\\p{L}+ )?nicht mehr|nicht mehr (?:unter uns|am leben|leben|aufwachen|aufgewacht)|von uns gegangen|(?:friedlich|sanft|für immer|ruhig) eingeschlafen',
        `(?:habe|haben|hat) ${SOME(2)}(?:unser|mein|sein|ihr)\\p{L}* (?:\\p{L}+ )?${VERWANDT} ${SOME(4)}verloren|abschied von (?:mein|unser|sein|ihr)\\p{L}* (?:\\p{L}+ )?${VERWANDT}`,
        'kein\\p{L}* (?:herzschlag|herztöne)|herz (?:hat )?(?:\\p{L}+ ){0,3}(?:aufgehört|stehengeblieben|stehen geblieben)|(?:meine|unsere|seine|ihre)[rsnm]? tote[rnms]?',
        'umgebracht|das leben genommen|lebensmüde|(?:will|möchte|kann) nicht mehr leben|ums leben gekommen',
      ),
    ],
  },
  {
    code: 'moment.illness',
    weight: 0.7,
    what: 'illness',
    patterns: [
      /(?<!\p{L})(?:diagnos(?:ed|is)|cancer|chemo(?:therapy)?|tumou?r|stroke|heart\s+attack|dementia|alzheimer\p{L}*|(?:i['’]?m|i\s+am|i\s+have\s+been|he\s+is|she\s+is|is|been|very|seriously|so|fallen)\s+(?:\p{L}+\s+)?(?:ill|sick|unwell)(?!\s+(?:and\s+tired\s+)?of)|(?:my|our|his|her)\s+(?:illness|disease|surgery|operation)|intensive\s+care|in\s+surgery)(?!\p{L})/iu,
      /(?<!\p{L})(?:krebs(?:erkrank\p{L}*|diagnose)?|chemo(?:therapie)?|tumor|schlaganfall|herzinfarkt|demenz|diagnose|(?:bin|ist|sehr|schwer|so|lange)\s+(?:\p{L}+\s+)?krank|erkrankt\p{L}*|(?:meine|unsere|seine|ihre)\s+krankheit|operiert|intensivstation|im\s+sterben)(?!\p{L})/iu,
      saying(
        'radiotherapy|dialysis|(?:kidney|liver|heart|lung|organ|marrow) transplant|on a ventilator|life support|palliative|biops\\p{L}*|metasta\\p{L}*|leuka?emia|multiple sclerosis|parkinson\\p{L}*|epilep\\p{L}*|seizures?',
        'psychiatric|mental (?:health|breakdown)|nervous breakdown|burn-?out|in a coma|paraly[sz]ed|(?:weeks|months) to live|nothing (?:more )?(?:they|the doctors|anybody) can do',
        '(?:broke|broken|fractured|shattered) (?:my|his|her|both|a) (?:\\p{L}+ )?(?:hip|leg|arm|wrist|ankle|back|neck|shoulder|rib)s?|in plaster|(?:bad|nasty) fall|had a (?:fall|seizure)',
        'signed off (?:work|sick)|off sick|on sick leave|waiting for a (?:new )?(?:kidney|liver|heart|lung|donor)|a lump (?:in|on)|(?:in|on) (?:his|her|my) (?:lungs?|liver|brain|bones)',
        `(?:tests?|scans?|results?) ${SOME(6)}(?:not good|bad news|positive for)|in and out of hospital|rushed to (?:the )?hospital`,
      ),
      saying(
        '(?:liege|liegt|lag|bin|ist|war|kommt?) (?:\\p{L}+ ){0,3}?(?:in|aus) der (?:klinik|psychiatrie|reha)|strahlentherapie|bestrahlung|dialyse|transplant\\p{L}*|beatmet|metastasen|leukämie|multiple sklerose|parkinson|epilep\\p{L}*',
        'burn-?out|gelähmt|querschnitt\\p{L}*|im koma|pflegefall|palliativ\\p{L}*|krank(?:geschrieben|gemeldet)|knoten in der brust|(?:habe|hat) (?:ms|hiv|copd)|im gips|schwerer unfall',
        'ärzte (?:geben|gaben|können|konnten|sagen|wissen)|(?:arm|bein|hüfte|handgelenk|rippe|knöchel|schulter) gebrochen|in (?:ärztlicher |psychologischer |stationärer )?(?:behandlung|therapie)',
        `(?:mir|ihm|ihr|uns) geht(?: es|['’]?s) ${SOME(3)}(?:schlecht|elend|mies|nicht gut)|geht es (?:mir|ihm|ihr|uns) ${SOME(3)}(?:schlecht|elend|mies|nicht gut)`,
      ),
    ],
  },
  {
    code: 'moment.anger',
    weight: 0.6,
    what: 'anger',
    patterns: [
      /(?<!\p{L})(?:angry|furious|outrage\p{L}*|disgust\p{L}*|livid|fed\s+up|sick\s+(?:and\s+tired\s+)?of|ridiculous|unacceptable|appalling|pathetic|scam(?:mers?|med)?|rip[\s-]?off|fraud\p{L}*|liars?|thie(?:f|ves)|worst|terrible|horrible|awful|hate|useless|incompetent|disgrace\p{L}*|shame\s+on|how\s+dare|pissed(?:\s+off)?|fuck\p{L}*|bullshit|wtf|shit\p{L}*|crap|stupid|idiots?|damn(?:ed)?|never\s+(?:again|buy|order)|waste\s+of\s+(?:money|time)|leave\s+me\s+alone|stop\s+(?:sending|e-?mailing|contacting|spamming|texting|calling)|harass\p{L}*)(?!\p{L})/iu,
      /(?<!\p{L})(?:wütend|sauer|unverschämt\p{L}*|frechheit|unerhört|unmöglich|inakzeptabel|betrug|betrüger|abzocke|lügner|katastroph\p{L}*|schrecklich|furchtbar|nie\s+wieder|hasse|unfähig|scheiß\p{L}*|verarsch\p{L}*|lasst\s+mich\s+in\s+ruhe|hören\s+sie\s+auf)(?!\p{L})/iu,
      saying(
        'some nerve|what a (?:joke|shambles|farce|nightmare)|joke of an?|shocking(?! pink)|beyond (?:cross|angry|annoyed|frustrat\\p{L}*)|(?:cross|annoyed|frustrated) (?:with|at|by|about)|frustrating|shambles|(?:total|absolute|complete) nightmare',
        "nothing (?:more |else )?to do with (?:you|your)|lost (?:all )?(?:faith|patience|trust)|(?:last|final) straw|(?:have|has|['’]ve) had enough|had enough of|insult\\p{L}*",
        "(?:second|third|fourth|fifth|\\d(?:nd|rd|th)) time (?:that )?i(?:['’](?:ve|m))? (?:\\p{L}+ ){0,2}?(?:ask|writ|call|complain|tell|told|contact|chas)\\p{L}*|is any(?:body|one) (?:even )?(?:reading|there|listening)",
      ),
      saying(
        'sauerei|schweinerei|bodenlos\\p{L}*|platzt (?:\\p{L}+ )?der kragen|stinksauer|stocksauer|genervt|saftladen|zumutung|skandal\\p{L}*|lächerlich(?! (?:günstig|billig|gut))|(?:schlechter|doch ein|wohl ein) witz',
        "reicht (?:es )?(?:mir|uns) (?:jetzt|langsam|endgültig)|mir reicht['’]?s?(?: es)?|(?:nichts|nie) (?:mehr )?(?:mit|bei) (?:ihnen|euch|ihrem)|mit (?:ihnen|ihrem \\p{L}+|euch) nichts mehr",
        `zum \\p{L}+ten mal (?:\\p{L}+ ){0,2}?(?:schreib|frag|bitt|meld|ruf)\\p{L}*|(?:schreibe|frage|bitte|melde) ${SOME(4)}zum \\p{L}+ten mal|liest (?:das |hier )?(?:überhaupt )?(?:jemand|einer)`,
      ),
    ],
  },
  {
    code: 'moment.complaint',
    weight: 0.6,
    what: 'a complaint',
    patterns: [
      /(?<!\p{L})(?:complain\p{L}*|complaint|dissatisf\p{L}*|disappoint\p{L}*|not\s+happy|unhappy|not\s+(?:working|received|arrived|delivered)|(?:never|hasn['’]t|haven['’]t|didn['’]t|doesn['’]t|not\s+yet)\s+(?:arrived?|received?|come|work(?:ed)?|got(?:ten)?|get|delivered|been\s+(?:delivered|refunded))|broken|damaged|defective|faulty|wrong\s+(?:item|size|product|order|colou?r|address)|missing\s+(?:item|part|parcel|order)|refund\p{L}*|money\s+back|charge(?:d\s+(?:twice|me|wrong\p{L}*|double)|back)|double\s+charged|overcharged|poor\s+(?:service|quality)|speak\s+(?:to|with)\s+(?:a\s+)?(?:manager|human|supervisor|person)|consumer\s+(?:protection|rights)|claims?\s+(?:\p{L}+\s+)?against|reclaim\p{L}*|reclamation|(?:file|filing|lodg(?:e|ing)|make|submit\p{L}*)\s+(?:an?\s+)?(?:\p{L}+\s+)?(?:claim|reclamation)|reimburs\p{L}*|restitution|(?:problems?|issues?|errors?|trouble)\s+(?:with|in|during)\s+(?:the\s+|my\s+|an?\s+|online\s+)?(?:payments?|orders?|deliver\p{L}+|purchases?|invoices?|checkout))(?!\p{L})/iu,
      /(?<!\p{L})(?:beschwer\p{L}*|reklam\p{L}*|unzufrieden\p{L}*|enttäusch\p{L}*|(?:nicht|nie|noch\s+immer\s+nicht)\s+(?:angekommen|erhalten|geliefert|funktioniert)|funktioniert\s+nicht|kaputt\p{L}*|beschädigt\p{L}*|defekt\p{L}*|mangelhaft\p{L}*|falsche[rsnm]?\s+(?:artikel|größe|ware|lieferung|produkt)|erstatt\p{L}*|geld\s+zurück|rückerstattung|doppelt\s+(?:abgebucht|berechnet)|verbraucherschutz|verbraucherzentrale)(?!\p{L})/iu,
      saying(
        `(?:came|arrived|delivered|turned up|was|were|is) ${SOME(3)}(?:in (?:\\p{L}+ )?(?:pieces|bits|shards)|smashed|shattered|cracked|chipped|crushed|dented|scratched|torn|mouldy|moldy|leaking)`,
        '(?:snapped|fell|came|broke|peeled|split|cracked|flaked|chipped|wore) (?:off|apart|in half|in two|within|after)|falling apart|poorly (?:made|packed|finished)|rust(?:y|ed|ing)',
        `still ${SOME(3)}(?:waiting for|no (?:sign|trace|news|parcel|package|answer|reply|response)|not (?:here|seen|had|got|been)|missing)|nowhere to be (?:seen|found)|not seen a (?:penny|cent)`,
        '(?:nobody|no one|no-one) (?:\\p{L}+ )?(?:answers?|replies|responds?|picks up|cares?|gets back|helps?)|no (?:answer|reply|response) (?:from|since|for|to|yet)',
        'nothing like (?:the|on|in|what)|not (?:as|what)(?: i| was| it was)? (?:described|advertised|pictured|shown|ordered)|expected (?:better|more)|(?:it|which|and|lid|jug|kettle|bottle) (?:leaks|stinks|wobbles)|smells? (?:of )?(?:burnt|burning|mould|chemicals?|plastic|bad|awful)',
        `(?:debited|charged|billed|(?:took|taken) ${SOME(2)}(?:money|payment|amount)) ${SOME(3)}(?:twice|too much|double)|(?:half|parts?|pieces?|one|some) of ${SOME(3)}(?:was|is|were|are) (?:not (?:in|there)|missing)`,
        `(?:somebody|someone) else['’]?s (?:parcel|order|package|item)|(?:dumped|threw|thrown|left) ${SOME(3)}(?:over the fence|in the (?:rain|street|bin))`,
      ),
      saying(
        `(?:kam|kamen|ist|sind|war|waren) ${SOME(3)}(?:in (?:\\p{L}+ )?(?:scherben|stücken|einzelteilen)|zerbrochen|zersprungen|zerkratzt|verbeult|verschimmelt|zerrissen|undicht|gerissen)`,
        'abgebrochen|abgeblättert|auseinander(?:gefallen|gegangen|gebrochen)|abgefallen|abgeplatzt|gesplittert|verrostet|rostet|(?:es|ding|kanne|flasche) leckt|stinkt(?! nicht)|riecht (?:nach|chemisch|unangenehm)',
        `seit (?:\\p{L}+|\\d+) (?:tagen|wochen|monaten) (?:warte|ohne|keine?|nichts|nicht)\\p{L}*|warte ${SOME(3)}(?:schon ewig|vergeblich|immer noch|noch immer)|(?:noch immer|immer noch) (?:nicht (?:da|angekommen|erhalten|geliefert)|kein\\p{L}* (?:paket|antwort|lieferung|ware|geld))`,
        '(?:niemand|keiner) (?:meldet|antwortet|reagiert|geht ran|hilft|kümmert)|(?:meldet|rührt) sich (?:niemand|keiner)|keine (?:antwort|reaktion|rückmeldung)',
        `(?:zweimal|doppelt|mehrfach|zu viel) ${SOME(4)}(?:abgebucht|genommen|berechnet|eingezogen|belastet)|fehlt (?:\\p{L}+ ){0,3}?(?:hälfte|im karton|im paket)|fehlen ${SOME(4)}(?:im karton|im paket|teile)`,
        'fremdes? (?:paket|sendung|bestellung)|(?:anders|schlechter) als (?:beschrieben|abgebildet|auf dem (?:bild|foto))|(?:mehr|besseres) erwartet|keinen (?:cent|euro) (?:gesehen|bekommen|zurück)|(?:in den|im) regen (?:gestellt|stehen|abgestellt)',
      ),
    ],
  },
  {
    code: 'moment.cancellation',
    weight: 0.6,
    what: 'a cancellation',
    patterns: [
      /(?<!\p{L})(?:cancel\p{L}*|terminate\s+(?:my|the|our)|clos(?:e|ing)\s+(?:my|the|our)\s+(?:\p{L}+\s+)?account|delet(?:e|ing)\s+(?:my|the|our)\s+(?:\p{L}+\s+)?(?:account|data|profile)|(?:remove|erase)\s+(?:my|me|our)\s*(?:\p{L}+\s+)?(?:account|data|from)?|unsubscrib\p{L}*|opt(?:ing)?[\s-]?out|end\s+my\s+(?:subscription|membership|contract)|switch(?:ing)?\s+to\s+(?:a\s+)?(?:another|competitor|different)|(?:don['’]?t|do\s+not)\s+want\s+(?:(?:it|this|my\s+\p{L}+)\s+any\s?more|(?:the\s+|my\s+|this\s+)?(?:order|purchase))|(?:account|profile)\s+(?:removal|deletion|cancellation|closure)s?|(?:deletion|removal|closure|cancellation)s?\s+of\s+(?:my|the|an?|our)\s+(?:\p{L}+\s+)?account|(?:delet(?:e|ing)|clos(?:e|ing)|remov(?:e|ing)|cancel\p{L}*)\s+(?:\p{L}+\s+){0,2}account)(?!\p{L})/iu,
      /(?<!\p{L})(?:kündig\p{L}*|stornier\p{L}*|widerruf\p{L}*|abbestell\p{L}*|konto\s+(?:löschen|schließen)|(?:daten|account)\s+löschen|abmelden|vertrag\s+beenden)(?!\p{L})/iu,
      saying(
        '(?:end|stop|discontinue|quit) (?:the|my|our|this) (?:subscription|membership|contract|plan)|(?:take|remove|get) (?:me|us|my \\p{L}+) off (?:your|the|this)|withdraw\\p{L}* from (?:the|this|my|our)',
        `(?:no longer|do not|don['’]t) (?:wish|want) to (?:be (?:a |your )?(?:customer|contacted|member)|hear|receive)|(?:get rid of|wipe|erase|forget|destroy) ${SOME(3)}(?:me|my (?:\\p{L}+ )?(?:details|data|records?|information)|about me|on me)`,
        `right to be forgotten|(?:hold|have|store|keep) ${SOME(1)}(?:about|on) me|sending (?:it|this|them|everything) (?:all )?back`,
      ),
      saying(
        `(?:kauf|vertrag|bestellung) zurück|zurück(?:treten|getreten)|rücktritt|(?:nehmen|streichen) sie (?:mich|uns) ${SOME(2)}(?:aus|von)|aus (?:dem|ihrem) (?:verteiler|newsletter)`,
        `beende\\p{L}* ${SOME(4)}(?:abo|abonnement|mitgliedschaft|vertrag)|kein\\p{L}* ${SOME(1)}(?:kunde|kundin|werbung|mails|newsletter) (?:mehr|sein)`,
        `(?:lösch|vergess|vernicht|entfern)\\p{L}* (?:sie |ihr )?(?:bitte )?${SOME(3)}(?:daten|konto|profil|alles|über mich)|über mich (?:gespeichert|haben)`,
      ),
    ],
  },
  {
    code: 'moment.asks-person',
    weight: 0.6,
    what: 'wanting to speak to a person',
    patterns: [
      /(?<!\p{L})(?:speak|talk|chat|contact|call|reach|connect)\p{L}*\s+(?:(?:to|with|me|an?|the|real|live|human|customer|service|some)\s+){0,4}(?:human|agents?|person|someone|somebody|manager|supervisor|representative|operator|advisor)(?!\p{L})/iu,
      /(?<!\p{L})(?:mit\s+(?:einem|einer)\s+(?:\p{L}+\s+)?(?:mitarbeiter\p{L}*|menschen|berater\p{L}*)\s+(?:sprechen|reden)|rufen\s+sie\s+mich\s+(?:bitte\s+)?(?:an|zurück))(?!\p{L})/iu,
      saying(
        '(?:real|actual|live) (?:human|person)|(?:somebody|someone|anybody|anyone) (?:i can |to |please )?(?:talk|speak) to|not an? (?:machine|bot|robot|computer)',
        '(?:ring|phone|call) me(?: back)?(?= (?:on|at|today|tomorrow|please|about|when|as)|[,.!?]|$)|(?:could|can|would|will) (?:somebody|someone|anybody|anyone|you|one of you) (?:please )?(?:ring|phone|call) (?:me|us)',
      ),
      saying(
        `(?:jemand|einer) ${SOME(2)}(?:anrufen|zurückrufen)|rückruf|(?:echte|menschliche|richtige)[rnms]? (?:mensch\\p{L}*|ansprechpartner\\p{L}*|person|mitarbeiter\\p{L}*)`,
        `mit jemandem ${SOME(2)}(?:sprechen|reden|telefonieren)|kein(?:en|er|em)? (?:roboter|automaten?|maschine|chatbot)`,
      ),
    ],
  },
  {
    code: 'moment.legal',
    weight: 0.7,
    what: 'a legal matter',
    patterns: [
      /(?<!\p{L})(?:lawyers?|attorney|solicitor|sue\s+you|suing|lawsuit|legal\s+action|small\s+claims|court|ombudsman|gdpr\s+request|data\s+protection\s+(?:officer|authority)|police)(?!\p{L})/iu,
      /(?<!\p{L})(?:anwalt|anwältin|rechtsanwalt|klage|verklag\p{L}*|gericht|rechtliche\s+schritte|anzeige\s+erstatt\p{L}*|polizei|dsgvo|datenschutzbehörde)(?!\p{L})/iu,
      saying(
        'legal (?:team|advice|proceedings|department|insurance)|trading standards|the regulator|watchdog|report you|to the (?:press|papers|media)|citizens advice|ombuds\\p{L}*|breach of',
      ),
      saying(
        'rechtsschutz\\p{L}*|juristen|anwalts\\p{L}*|mahnbescheid|strafanzeige|bei der aufsicht|aufsichtsbehörde|an die (?:öffentlichkeit|presse|zeitung)|abmahn\\p{L}*|letzte frist',
      ),
    ],
  },
  {
    code: 'moment.hardship',
    weight: 0.6,
    what: 'hardship or fear',
    patterns: [
      /(?<!\p{L})(?:can(?:['’]?t|not)\s+(?:afford|pay)|bankrupt\p{L}*|unemployed|laid\s+off|lost\s+my\s+job|evict\p{L}*|in\s+debt|depress(?:ed|ion)|(?:so|really|very|i['’]?m|am|was)\s+(?:scared|afraid|terrified|frightened|worried|anxious)|panic(?:king)?|domestic\s+(?:violence|abuse)|emergency|divorc\p{L}*|stolen|hacked|identity\s+theft|compromised)(?!\p{L})/iu,
      /(?<!\p{L})(?:kann\s+(?:es\s+)?(?:mir\s+)?nicht\s+(?:leisten|zahlen|bezahlen)|insolvenz|arbeitslos|schulden|depressi\p{L}+|habe\s+angst|notfall|scheidung|gestohlen|gehackt)(?!\p{L})/iu,
      saying(
        'redundan\\p{L}+|behind (?:with|on) (?:the |my |our )?(?:rent|bills?|mortgage|payments?)|on benefits|bailiffs?|food bank|homeless|every (?:pound|euro|dollar|penny) counts|ends meet|short of money',
        "(?:he|she|husband|wife|partner|boyfriend|girlfriend|ex|father|mother) (?:\\p{L}+ )?(?:hits|beats|hurts|threatens|threatened|stalks|abuses|abused) (?:me|us)|restraining order|women['’]?s refuge|broke up with|lost (?:my|his|her|our) (?:\\p{L}+ )?(?:home|house|savings)|sleep(?:ing)? rough",
      ),
      saying(
        '(?:arbeit|job|stelle|wohnung) verloren|kurzarbeit|bürgergeld|mietrückstand|(?:miete|rechnung|raten?) (?:\\p{L}+ )?nicht (?:mehr )?(?:zahlen|bezahlen)|gerichtsvollzieher|pfändung\\p{L}*|gepfändet|inkasso|obdachlos',
        '(?:zählt|fehlt) jede[rn] (?:euro|cent)|jede[rn] (?:euro|cent) (?:zählt|fehlt)|geld reicht|(?:eng|knapp) (?:bei (?:uns|mir)|mit dem geld)|(?:schlägt|bedroht|verfolgt|stalkt) mich|gewalttätig|frauenhaus|nach (?:der|unserer|meiner) trennung',
      ),
    ],
  },
];

/** Fewer words are a code, a status or a title, and no sentence that somebody wrote. */
const FEWEST_WORDS = 5;
/** Words beyond which a text is read passage by passage alone: the classifier learned from short ones. */
const LONG = 30;
/** A sentence of so many words is a passage. */
const PASSAGE = 8;
/** Beyond this few harmless texts are taken for a moment, see docs/checks.md. */
const SURE = 0.7;
/** What lists found is known; something else beside it has to be surer. */
const SURE_BESIDE_LISTED = 0.95;

const classifier = new TextClassifier(LEARNED_MOMENTS);

const wordsIn = (text: string): number => text.match(/\p{L}+/gu)?.length ?? 0;

/** Lines that nobody wrote by themselves: what they answer to, and how a machine signs for them. */
const NOT_THEIRS = new RegExp(
  `^[ \\t]*(?:${[
    '>.*|-- ?$',
    '(?:on|am)\\b.{0,100}(?:wrote|schrieb).{0,60}:[ \\t]*$',
    'sent from (?:my|your|outlook|yahoo|mail|samsung|aol|gmail|proton)\\b.*|get outlook\\b.*',
    '(?:gesendet )?von meinem (?:\\p{L}+[ -])?(?:iphone|ipad|android|handy|smartphone|samsung|galaxy|mobil\\p{L}*)\\b.*',
    'gesendet (?:mit|über|aus|von) (?:der|outlook|gmx|web|yahoo|mail)\\b.*',
    '(?:diese|this) (?:e-?mail|nachricht|message)\\b.{0,80}(?:vertraulich|gesendet\\.|confidential|privileged|intended (?:only|solely|for)).*',
    '(?:please consider the environment|bitte denken sie an die umwelt|virus-free|virenfrei)\\b.*',
  ].join('|')})$`,
  'gimu',
);

/** A text sentence by sentence, short ones with those that follow, the last with those before. */
function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let passage = '';
  for (const { text: sentence } of sentencesOf(text)) {
    passage = `${passage} ${sentence}`.trimStart();
    if (wordsIn(passage) < PASSAGE) continue;
    passages.push(passage);
    passage = '';
  }
  const last = passages.pop();
  return [...passages, `${last ?? ''} ${passage}`.trim()];
}

/** What a text sounds like by its words together. @param least how likely it has to be. */
function soundsLike(text: string, least: number): ReadonlySet<string> {
  const own = text.replace(NOT_THEIRS, '').trim();
  if (wordsIn(own) < FEWEST_WORDS) return new Set();
  const passages = passagesOf(own);
  // What is said in one sentence is lost among many; what is said in two is in neither alone.
  const read = passages.length > 1 && wordsIn(own) <= LONG ? [own, ...passages] : passages;
  const sure = read
    .map((passage) => classifier.classify(passage))
    .filter(({ probability }) => probability >= least);
  return new Set(sure.map(({ kind }) => `moment.${kind}`));
}

/**
 * The moments that a text speaks of, in the order they are looked for: those that lists of wordings find, and what it sounds like where that is
 * graver. Codes and single words are too short to say anything.
 */
export function momentsIn(text: string): readonly Moment[] {
  const words = text.trim().replace(/\s+/g, ' ');
  if (!words.includes(' ')) return [];
  const listed = MOMENTS.filter(({ patterns }) => patterns.some((pattern) => pattern.test(words)));
  const gravest = Math.max(0, ...listed.map(({ weight }) => weight));
  const sounding = soundsLike(text, listed.length > 0 ? SURE_BESIDE_LISTED : SURE);
  return MOMENTS.filter(
    (moment) => listed.includes(moment) || (moment.weight > gravest && sounding.has(moment.code)),
  );
}

/** Of what was found the moment that weighs most; null where nothing that was found is one. @param codes such as `moment.grief`. */
export function heaviestOf(codes: readonly string[]): Moment | null {
  const [heaviest] = MOMENTS.filter(({ code }) => codes.includes(code)).toSorted(
    (a, b) => b.weight - a.weight,
  );
  return heaviest ?? null;
}
