/** What the page says to the reader, and the questions it asks. */

import { type AnswerAction, confidenceScale } from "./answer";
import type { ApiError } from "./api";
import type { Feedback, Section } from "./contract";
import type { Question } from "./notices";

const QUESTIONS: Record<Section["task"], string> = {
  pick_real: "Which one is the real radiograph?",
  call: "Is this radiograph real or synthetic?",
  rate: "How realistic is each image?",
  check_label: "Does the label fit the image?",
};

/** What is asked about so many images on the screen. */
export function question(task: Section["task"], images: number): string {
  return task === "rate" && images === 1 ? "How realistic is this image?" : QUESTIONS[task];
}

const GO_ON = [{ value: "go", words: "Go on", key: "Enter" }];

/** What an answer was, for a screen reader. */
export function told(section: Section, action: AnswerAction): string {
  if (action.kind === "pick") return "marked as the real one.";
  if (action.kind === "rate" || action.kind === "confidence") {
    const scale = action.kind === "rate" ? section.scale : confidenceScale(section);
    return `${action.value} ${scale.labels[scale.points.indexOf(action.value)] ?? ""}.`;
  }
  if (action.kind === "spot") return action.x === null ? "spot taken back." : "spot shown.";
  return String(action.kind === "reason" ? action.tag : action.value);
}

export const STILL_UNDER_WAY = "Your last answer is still on its way; going back has to wait for it.";

export const REASON_FIRST = "Give a reason first (W); then X shows the spot that gave it.";

export const NEXT_AWAITED = "Answered. The next one is on its way.";

export const NOT_YET_SEEN = "The images are not on the screen yet.";

export const PAGE_ALONE =
  "No connection to the server, and no room on this device: what you answered is kept in this page alone. " +
  "Leave it open until the connection is back.";

/** `waiting`: answers that wait here; `here`: trials that can be read now, with the one in sight. */
export function cutOff(waiting: number, here: number): string {
  const kept = [
    "What you answer is kept on this device.",
    "Your last answer is kept on this device and goes out by itself.",
  ];
  const many = `Your last ${waiting} answers are kept on this device and go out by themselves, in order.`;
  const then = [
    "Reading goes on when the connection is back; leave this page open if you can.",
    "You can read this trial to its end.",
  ];
  const more = `You can read on: ${here - 1} more ${here === 2 ? "trial is" : "trials are"} here already.`;
  return `No connection to the server. ${kept[waiting] ?? many} ${then[here] ?? more}`;
}

export function titleOf(section: Section): string {
  return section.title;
}

export function introduction(section: Section): Question {
  return {
    title: `Section ${section.index}: ${section.title}`,
    text: `${QUESTIONS[section.task]} There are ${section.total} trials in this section.`,
    buttons: [{ value: "go", words: "Begin", key: "Enter" }],
  };
}

/** The images stay in sight while the reader learns what they were. */
export function practiced(told: Feedback): Question {
  const title = told.correct === null ? "Practice" : told.correct ? "Right" : "Not so";
  return { title, text: told.sentence, buttons: GO_ON, low: true };
}

export function breakTime(answered: number, total: number): Question {
  return {
    title: "Time for a break",
    text: `You have read ${answered} of ${total}. Everything is saved; go on when you like.`,
    buttons: GO_ON,
  };
}

export function paused(kind: "pause" | "idle"): Question {
  return {
    title: kind === "idle" ? "Still there?" : "Paused",
    text: "The images are covered and the time stands still. Everything is saved.",
    buttons: GO_ON,
  };
}

export function notTaken(error: ApiError): Question {
  return {
    title: "The server did not take this answer",
    text: error.message,
    buttons: [{ value: "go", words: "Go on with the present trial", key: "Enter" }],
  };
}

/** The study cannot be read now; its own page says what comes first. */
export function closed(error: ApiError, study: string): Question {
  return {
    title: error.code === "frozen" ? "This study is closed" : "This cannot be read now",
    text: error.message,
    link: { href: study, words: "Go to the study" },
    buttons: [],
  };
}

export function signedOut(signInUrl: string): Question {
  const here = encodeURIComponent(location.pathname);
  return {
    title: "You are signed out",
    text: "Your answers are kept. Sign in again and you are back at this trial as you left it.",
    link: { href: signInUrl.includes("next=") ? signInUrl : `${signInUrl}?next=${here}`, words: "Sign in" },
    buttons: [],
  };
}

export function elsewhere(): Question {
  return {
    title: "This study is open elsewhere",
    text:
      "It is being read in another tab or on another machine. Reading here takes over with everything " +
      "that was answered there; the other page stops.",
    buttons: [{ value: "here", words: "Read here", key: "Enter" }],
  };
}
