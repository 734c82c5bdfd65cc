/** The words that the page was served with, in the reader's language (readerstudy/reading/viewer_words.py). */

type Text = string | { readonly one: string; readonly other: string };

let served: Readonly<Record<string, Text>> | null = null;

function all(): Readonly<Record<string, Text>> {
  served ??= JSON.parse(document.getElementById("words")?.textContent ?? "{}") as Record<string, Text>;
  return served;
}

/** A text with its blanks filled in. `count` chooses between the forms for one and for more. */
export function word(name: string, blanks: Readonly<Record<string, string | number>> = {}): string {
  const text = all()[name] ?? name;
  const form = typeof text === "string" ? text : text[formOf(Number(blanks.count))];
  const told = (blank: string | number) => (typeof blank === "number" ? numeral(blank) : blank);
  return form.replace(/\{(\w+)\}/g, (blank, key) => told(blanks[key] ?? blank));
}

/** A number as the language writes it: some have a comma where others have a point. */
export function numeral(value: number): string {
  return value.toLocaleString(document.documentElement.lang, { useGrouping: false });
}

function formOf(count: number): "one" | "other" {
  return new Intl.PluralRules(document.documentElement.lang).select(count) === "one" ? "one" : "other";
}

/** A text with the blank `key`, in which an element takes its place. */
export function around(name: string, element: Node): Array<Node | string> {
  const [before, after] = word(name).split("{key}");
  return [before ?? "", element, after ?? ""];
}
