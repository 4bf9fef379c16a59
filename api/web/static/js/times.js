// Points in time as the reader's clock shows them; the server knows UTC alone.

const written = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export function localTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = time.textContent;
    time.textContent = written.format(at);
  }
}
