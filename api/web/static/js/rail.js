// The rail stays where it was scrolled to, from page to page, and shows where we are.

const KEY = "crm_graph_rail";

export function keepRail() {
  const places = document.querySelector(".places");
  if (!places) return;
  places.scrollTop = Number(sessionStorage.getItem(KEY) ?? 0);
  places.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  addEventListener("pagehide", () => sessionStorage.setItem(KEY, String(places.scrollTop)));
}
