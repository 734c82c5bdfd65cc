/** What the page says to the reader, and the questions it asks. */

import { type AnswerAction, confidenceScale } from "./answer";
import type { ApiError } from "./api";
import { word } from "./catalogue";
import type { Feedback, Section } from "./contract";
import type { Question } from "./notices";

/** What is asked about so many images on the screen. */
export function question(images: number): string {
  return word(images === 1 ? "question_one" : "question");
}

function goOn(name = "continue"): Question["buttons"] {
  return [{ value: "go", words: word(name), key: "Enter" }];
}

/** What an answer was, for a screen reader. */
export function told(section: Section, action: AnswerAction): string {
  if (action.kind === "pick") return word("marked_real");
  if (action.kind === "rate" || action.kind === "confidence") {
    const scale = action.kind === "rate" ? section.scale : confidenceScale(section);
    return `${action.value} ${scale.labels[scale.points.indexOf(action.value)] ?? ""}.`;
  }
  if (action.kind === "spot") return word(action.x === null ? "spot_removed" : "spot_given");
  if (action.kind === "call" || action.kind === "verdict") return word(action.value);
  return action.kind === "reason" ? action.tag : action.value;
}

/** `waiting`: answers that wait here; `here`: trials that can be read now, with the one in sight. */
export function cutOff(waiting: number, here: number): string {
  const kept = waiting ? word("kept_waiting", { count: waiting }) : word("kept_will_be");
  const then = [word("then_wait"), word("then_this")];
  return `${word("cut_off")} ${kept} ${then[here] ?? word("then_more", { count: here - 1 })}`;
}

export function introduction(section: Section, images: number): Question {
  return {
    title: word("section", { index: section.index, title: section.title }),
    text: `${question(images)} ${word("trials", { count: section.total })}`,
    buttons: goOn("begin"),
  };
}

/** The images stay in sight while the reader learns what they were. */
export function practiced(told: Feedback): Question {
  const title = told.correct === null ? "practice" : told.correct ? "correct" : "incorrect";
  return { title: word(title), text: told.sentence, buttons: goOn(), low: true };
}

export function breakTime(answered: number, total: number): Question {
  return {
    title: word("break"),
    text: word("break_text", { number: answered, total }),
    buttons: goOn(),
  };
}

export function paused(kind: "pause" | "idle"): Question {
  return { title: word(kind === "idle" ? "idle" : "paused"), text: word("paused_text"), buttons: goOn() };
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
