// Shows times on the reader's clock; without a script they stay in UTC. Copies to download get its time zone.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // As the server writes dates: the day before the month.
  const { lang } = document.documentElement;
  const clock = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  for (const time of document.querySelectorAll("time[data-local]")) {
    time.title = time.textContent;
    time.textContent = clock.format(new Date(time.dateTime));
  }
  for (const note of document.querySelectorAll("[data-clock]")) note.textContent = zone;
  for (const link of document.querySelectorAll("a[data-zone]")) {
    link.href += `?zone=${encodeURIComponent(zone)}`;
  }
})();
