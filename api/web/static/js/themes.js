// Light, dark or what the system has, at once and without asking the server, which reads the cookie for the next page.

const YEAR_S = 365 * 24 * 60 * 60;

export function watchThemes() {
  const form = document.querySelector(".themes");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = event.submitter.value;
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `crm_graph_theme=${chosen}; path=/; max-age=${YEAR_S}; samesite=strict${secure}`;
    for (const button of form.querySelectorAll("button")) button.ariaPressed = String(button === event.submitter);
  });
}
