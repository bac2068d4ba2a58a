/** An assessment as it was signed, hoshimori.assessment/1, made ready to be drawn in the reader's language.
 *
 * The other party's ledger has no incident, only this record: so its words are made here, from the same tables. What is withheld
 * stays withheld: where a part that a drawing needs is not there, the drawing is not made and the part is said to be withheld.
 */

import { t, told } from "$lib/i18n.svelte";
import type { Marking } from "$lib/types";
import { there, withheld } from "../Incident/markings";
import type { Claim, ClaimStanding, Gates, Hypothesis, Item, Judgement, Matrix, MatrixRow, Maybe } from "../Incident/types";

type Tree = Record<string, any>;
export type Indicators = Map<string, string>;

/** In the order in which they are always shown: the dull ones first. */
const HYPOTHESES = ["natural", "failure", "collision", "own_act", "routine", "deliberate_reversible", "deliberate_irreversible", "mistaken"];
const DRAWN = ["ach", "bayes", "verdict", "confidence", "agree", "likelihood", "items", "why_undetermined", "would_change", "not_found", "not_looked", "effect"];
/** Lower ends of the seven terms of ICD 203, as assess/estimative.py has them. */
const TERMS: [string, number, number][] = [
  ["almost_no_chance", 0.01, 0.05], ["very_unlikely", 0.05, 0.2], ["unlikely", 0.2, 0.45], ["roughly_even", 0.45, 0.55],
  ["likely", 0.55, 0.8], ["very_likely", 0.8, 0.95], ["almost_certain", 0.95, 0.99],
];

/** The markings of those parts that a drawing needs and that are not there. */
export function missing(tree: Tree): Marking[] {
  return [...new Map(DRAWN.map((k) => withheld(tree[k])).filter((m): m is Marking => m !== null).map((m) => [JSON.stringify(m), m])).values()];
}

export function hypothesis(id: string): string {
  return told(`incidents.verdict.${id}`, id);
}

function term(p: number): string {
  const found = p < 0.5 ? TERMS.find(([, , high]) => p < high) : TERMS.findLast(([, low]) => p > low);
  return t(`records.term.${(found ?? TERMS[3]!)[0]}`);
}

function percent(p: number): string {
  return p < 0.01 ? t("records.below_1") : p > 0.99 ? t("records.above_99") : `${(100 * p).toFixed(0)} %`;
}

function range(low: number, high: number): string {
  const [a, b] = [percent(low), percent(high)];
  return a === b ? a : t("records.range", { a, b });
}

function words(low: number, high: number): string {
  const [a, b] = [term(low), term(high)];
  return a === b ? a : t("records.from_to", { a, b });
}

export function numbers(tree: Tree): Map<string, string> {
  return new Map(withheld(tree["items"]) ? [] : there<Item>(tree["items"] ?? []).map((i) => [i.id, `E${(tree["items"] as unknown[]).indexOf(i) + 1}`]));
}

export function items(tree: Tree, indicators: Indicators): Maybe<Item>[] {
  if (withheld(tree["items"])) return [tree["items"]];
  return (tree["items"] as Maybe<Item>[]).map((row) => {
    if (withheld(row)) return row;
    const i = row as Item;
    const seen = !i.indicator ? t("records.unweighed") : i.seen ? t("records.seen") : t("records.absent");
    return { ...i, text: { indicator: indicators.get(i.indicator) ?? i.indicator, seen, grade: i.grade } };
  });
}

export function claims(tree: Tree): Maybe<Claim>[] {
  if (withheld(tree["claims"])) return [tree["claims"]];
  return (tree["claims"] as Maybe<Claim>[]).map((row) => {
    if (withheld(row)) return row;
    const c = row as Claim;
    return { ...c, text: { kind: told(`records.claim.${c.kind}`, c.kind), about: c.about, grade: c.grade } };
  });
}

/** How each claim stands, as the assessment says it. */
export function standing(tree: Tree): ClaimStanding[] {
  if (withheld(tree["claims"])) return [];
  return there<Tree>(tree["claims"]).map((c, k) => ({
    hidden: "", number: `C${k + 1}`, when: c["t"], says: c["speaker"], kind: c["kind"], about: c["actor"], statement: c["statement"],
    status: told(`records.status.${c["status"]}`, c["status"]), grade: c["grade"], source: c["source"],
    because: (c["because"] as string[]).map((b) => told(`records.because.${b}`, numbers(tree).get(b) ?? b.slice(0, 12))).join(", "), portion: "",
  }));
}

export function judgements(tree: Tree): Maybe<Judgement>[] {
  if (withheld(tree["judgements"])) return [tree["judgements"]];
  const asked = new Map(
    withheld(tree["gates"]) ? [] : there<Tree>(tree["gates"]).flatMap((g) => there<Tree>(g["criteria"]).map((c) => [c["id"], question(c)] as const)),
  );
  return (tree["judgements"] as Maybe<Judgement>[]).map((row) => {
    if (withheld(row)) return row;
    const j = row as Judgement;
    return { ...j, text: { answer: told(`incident.answers.${j.answer}`, j.answer), question: asked.get(j.criterion) ?? j.criterion } };
  });
}

function question(c: Tree): string {
  return t("records.lang") === "ja" ? c["question_ja"] : c["question"];
}

/** The questions of the treaty as they were answered when it was signed. */
export function gates(tree: Tree): Gates | null {
  if (withheld(tree["gates"]) || withheld(tree["consultation"])) return null;
  const ja = t("records.lang") === "ja";
  const said = (answer: string): string => told(`incident.answers.${answer}`, answer);
  return {
    incident: tree["incident"]?.["id"] ?? "",
    assessment: null,
    withheld: 0,
    gates: (tree["gates"] as Tree[]).map((g) =>
      withheld(g) ? (g as Gates["gates"][number]) : ({
        ...g,
        criteria: (g["criteria"] as Tree[]).map((c) =>
          withheld(c) ? c : {
            ...c,
            text: {
              question: question(c), answer: said(c["answer"]), reason: "", facts: [], clauses: c["clauses"],
              people: (c["by"] as Tree[]).map((p) => (withheld(p) ? "" : `${p["by"]} (${p["party"]}): ${said(p["answer"])}`)),
            },
          },
        ),
        text: { title: ja ? g["title_ja"] : g["title"], answer: said(g["answer"]), reason: "" },
      } as unknown as Gates["gates"][number]),
    ),
    consultation: { ...tree["consultation"], text: t(`records.consultation.${tree["consultation"]["answer"]}`) },
    unused: [],
    text: { consultation: t("records.consultation_title"), note: t("records.consultation_note"), ministers: t("records.ministers") },
    marking: tree["marking"],
    as_of: tree["as_of"],
  };
}

export function matrix(tree: Tree, id: string, indicators: Indicators): Matrix {
  const [ach, bayes, number] = [tree["ach"], tree["bayes"], numbers(tree)];
  const byId = new Map(there<Item>(tree["items"]).map((i) => [i.id, i]));
  const hypotheses: Hypothesis[] = HYPOTHESES.map((h) => {
    const { low, value, high } = bayes.odds[h];
    const stated = tree["likelihood"][h];
    const best = percent(value);
    return {
      id: h, name: hypothesis(h), column: t(`records.column.${h}`), inconsistency: ach.inconsistency[h], low, value, high, likelihood: stated,
      range: range(low, high) === best ? best : `${range(low, high)} (${best})`, word: stated === null ? t("records.no_word") : words(low, high),
    };
  });
  const row = (r: Tree): Maybe<MatrixRow> => {
    const i = byId.get(r["item"]);
    const piece = i ?? { indicator: r["indicator"], seen: r["seen"], statement: "", source: "", grade: r["grade"], t: "", known: "", event: "", method: "", marking: { tlp: "CLEAR" } };
    return {
      ...(piece as Item), ...(r as unknown as MatrixRow), number: number.get(r["item"]) ?? String(r["item"]).slice(0, 8),
      text: { indicator: indicators.get(r["indicator"]) ?? r["indicator"], grade: r["grade"] },
    };
  };
  const leader = tree["verdict"] === "undetermined" ? bayes.leader : tree["verdict"];
  const chosen = hypotheses.find((h) => h.id === leader);
  const alone = ach.leader ? hypothesis(ach.leader) : t("incident.none");
  const left = withheld(tree["left_out"]) ? {} : tree["left_out"];
  return {
    assessment: id, incident: tree["incident"]?.["id"] ?? "", as_of: tree["as_of"], made: tree["made"], data_mode: tree["data_mode"],
    verdict: tree["verdict"], confidence: tree["confidence"], agree: tree["agree"], left_out: left, hypotheses,
    rows: (ach.rows as Tree[]).map((r) => (withheld(r) ? (r as Maybe<MatrixRow>) : row(r))),
    unweighed: [],
    readings: { ach: { leader: ach.leader, ranking: ach.ranking, tied: ach.tied }, bayes: { leader: bayes.leader, ranking: bayes.ranking, prior: bayes.prior } },
    without_one: [], groups: [],
    would_change: there<Tree>(tree["would_change"]).map((c) => ({
      text: t(`records.change_${c["if"]}`, { what: indicators.get(c["indicator"]) ?? c["indicator"], then: hypothesis(c["then"]), value: percent(c["value"]) }),
    })),
    not_found: there<string>(tree["not_found"]).map((item) => ({ item, number: number.get(item) ?? "", text: byId.get(item)?.statement ?? "" })),
    not_looked: there<string>(tree["not_looked"]).map((indicator) => ({ indicator, text: indicators.get(indicator) ?? indicator })),
    claims: standing(tree),
    text: {
      bottom: {
        verdict: tree["verdict"] === "undetermined" ? t("records.undetermined") : t("records.found", { what: hypothesis(tree["verdict"]) }),
        likelihood: chosen && chosen.likelihood !== null ? t("records.likelihood", { what: chosen.name, words: chosen.word, range: chosen.range }) : t("records.nothing_weighed"),
        confidence: t(`records.confidence.${tree["confidence"]}`),
        reasons: there<string | Tree>(tree["why_undetermined"]).map((w) => { const code = typeof w === "string" ? w : w["code"]; return told(`records.why.${code}`, code); }),
        grounds: [], left_out: "",
      },
      agree: {
        said: tree["agree"] ? t("records.agree_yes", { what: hypothesis(bayes.leader) }) : t("records.agree_no", { ach: alone, bayes: hypothesis(bayes.leader) }),
        ranks: "",
      },
      effect: ["means", "direction", "reversible", "degree"].map((part) => ({ label: t(`records.effect.${part}`), value: told(`records.${part}.${tree["effect"][part]}`, tree["effect"][part]) })),
      consultation: "", grounds: [], matrix_note: t("records.matrix_note"), ministers: t("records.ministers"),
    },
    marking: tree["marking"],
  };
}
