/** What the page says to the reader, and the questions it asks. */

import type { AnswerAction } from "./answer";
import type { ApiError } from "./api";
import { word } from "./catalogue";
import type { Disclosure, Feedback, Presentation, Section } from "./contract";
import { asked, labelOf } from "./items";
import type { Question } from "./notices";

/** What a task asks about so many images; undefined where the protocol asks in its own words. */
export function question(section: Section, shown: Presentation): string | undefined {
  if (shown.kind === "questions" || !section.task || section.task === "ask") return undefined;
  return word(asked(shown).length === 1 ? "question_one" : "question");
}

function goOn(name = "continue"): Question["buttons"] {
  return [{ value: "go", words: word(name), key: "Enter" }];
}

function stopHere(): Question["buttons"] {
  return [{ value: "stop", words: word("stop_here") }];
}

/** What was done to the answer, for the record. */
export function eventOf(action: AnswerAction): string {
  if (action.kind !== "say") return action.kind;
  const { item, about } = action;
  if (!item.task) return "answer";
  if (item.task === "call") return about === "confidence" ? about : "call";
  if (item.task === "check_label") return item.name === "verdict" ? "verdict" : "observe";
  return item.task === "rate" ? "rate" : "pick";
}

/** The answer itself is kept with the response; the record tells what was changed when. */
export function recorded(action: AnswerAction): string | number | undefined {
  if (action.kind === "reason") return action.tag;
  if (action.kind === "spot") return undefined;
  const { item, entry, about } = action;
  if (about === "confidence")
    return item.task ? (entry?.confidence ?? 0) : `${item.name}: ${entry?.confidence}`;
  const given = entry?.missing ?? entry?.points?.length ?? entry?.value ?? entry?.other ?? "";
  const value = item.kind === "text" || entry?.other ? String(given).length : String(given);
  return item.task ? value : `${item.name}: ${value}`.slice(0, 120);
}

/** What an answer was, for a screen reader. */
export function told(action: AnswerAction): string {
  if (action.kind === "spot") return word(action.x === null ? "spot_removed" : "spot_given");
  if (action.kind === "reason") return action.tag;
  const { item, entry } = action;
  if (!entry) return word("taken_back");
  if (entry.missing === "skip") return item.skip;
  if (item.name === "pick" && item.task)
    return `${word("image", { image: String(entry.value) })} ${word("is_marked")}`;
  if (entry.points) return word("marks_given", { count: entry.points.length });
  if (item.kind === "scale" && item.scale) {
    return `${entry.value} ${labelOf(item.scale, item.scale.points.indexOf(Number(entry.value)))}.`;
  }
  const text = (value: string) => item.options.find((option) => option.value === value)?.text ?? value;
  const values = Array.isArray(entry.value) ? entry.value : [entry.value];
  const all = values.filter((value) => value !== null).map((value) => text(String(value)));
  if (action.about === "confidence") return `${word("how_sure")} ${entry.confidence}.`;
  return item.kind === "text" ? "" : all.join(", ");
}

/** `waiting`: answers that wait here; `here`: trials that can be read now, with the one in sight. */
export function cutOff(waiting: number, here: number): string {
  const kept = waiting ? word("kept_waiting", { count: waiting }) : word("kept_will_be");
  const then = [word("then_wait"), word("then_this")];
  return `${word("cut_off")} ${kept} ${then[here] ?? word("then_more", { count: here - 1 })}`;
}

/** What is said before the first trial of a section, if anything. */
export function introduction(section: Section, shown: Presentation): Question | null {
  const buttons = goOn("begin");
  if (section.briefing) return { title: section.title, text: section.briefing, buttons, calm: "text" };
  if (section.index < 2) return null;
  const count = shown.kind === "questions" ? "" : word("trials", { count: section.total });
  const text = `${question(section, shown) ?? ""} ${count}`;
  return {
    title: word("section", { index: section.index, title: section.title }),
    text,
    buttons,
    calm: "text",
  };
}

/** What a section was about, after it was handed in. */
export function disclosed({ title, text }: Disclosure): Question {
  return { title, text, buttons: goOn(), calm: "text" };
}

/** How an answer was. The sentence may begin with it already. */
export function reviewed({ sentence, correct }: Feedback): string {
  const judged = correct === null ? "" : word(correct ? "correct" : "incorrect");
  return !judged || sentence.startsWith(judged) ? sentence : `${judged}. ${sentence}`;
}

/** `left`: the minutes that are left, in words. */
export function breakTime(answered: number, total: number, left: string): Question {
  return {
    title: word("break"),
    text: `${word("break_text", { number: answered, total })}\n\n${left}`,
    buttons: [...goOn(), ...stopHere()],
    calm: "rest",
  };
}

export function paused(kind: "pause" | "idle"): Question {
  const title = word(kind === "idle" ? "idle" : "paused");
  return { title, text: word("paused_text"), buttons: [...goOn(), ...stopHere()], calm: "rest" };
}

/** The reader stops without a network, or while answers wait here: `alone` if this page is all that has them. */
export function stopping(waiting: number, alone: boolean): Question {
  const text = waiting
    ? word("stop_waiting", { count: waiting })
    : `${word("cut_off")} ${word("kept_will_be")}`;
  return { title: word("stop_here"), text: alone ? word("page_alone") : text, buttons: goOn() };
}

export function notTaken(error: ApiError): Question {
  return { title: word("not_taken"), text: error.message, buttons: goOn("not_taken_continue") };
}

/** The study cannot be read now; its own page says what comes first. */
export function closed(error: ApiError, study: string): Question {
  return {
    title: word(error.code === "frozen" ? "closed" : "cannot_be_read"),
    text: error.message,
    link: { href: study, words: word("to_study") },
    buttons: [],
  };
}

export function signedOut(signInUrl: string): Question {
  const here = encodeURIComponent(location.pathname);
  return {
    title: word("signed_out"),
    text: word("signed_out_text"),
    link: {
      href: signInUrl.includes("next=") ? signInUrl : `${signInUrl}?next=${here}`,
      words: word("sign_in"),
    },
    buttons: [],
  };
}

export function elsewhere(): Question {
  return {
    title: word("elsewhere"),
    text: word("elsewhere_text"),
    buttons: [{ value: "here", words: word("read_here"), key: "Enter" }],
  };
}
