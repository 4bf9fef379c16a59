// Keys that lead somewhere. The map is the page itself: whatever has data-key answers to it, and is named in the list
// that `?` opens by data-key-name, its label or its text. A key may be one character, or two typed one after the other.

const PAUSE_MS = 1200;
const OFF = "crm_graph_keys_off";

export function watchKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  for (const opener of document.querySelectorAll('[data-key="?"]')) {
    opener.hidden = false;
    opener.addEventListener("click", () => show(dialog));
  }
  const isOn = dialog.querySelector("input");
  isOn.checked = !localStorage.getItem(OFF);
  isOn.addEventListener("change", () => (isOn.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  let typed = "";
  let at = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return leave(event.target);
    if (event.key.length !== 1 || localStorage.getItem(OFF) || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    typed = event.timeStamp - at < PAUSE_MS ? `${typed} ${event.key}` : event.key;
    at = event.timeStamp;
    const found = find(typed) ?? find((typed = event.key));
    if (!found) return;
    typed = "";
    event.preventDefault();
    use(found);
  });
}

function find(keys) {
  return document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
}

function use(element) {
  if (!element.matches("input, textarea, select")) return element.click();
  element.focus();
  element.select?.();
}

function leave(element) {
  if (isTyping(element)) element.blur();
}

function isTyping(element) {
  return element instanceof Element && element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function show(dialog) {
  const list = dialog.querySelector("dl");
  const known = new Map([...document.querySelectorAll("[data-key]")].map((element) => [element.dataset.key, nameOf(element)]));
  list.replaceChildren(...[...known, ["Esc", "Close, or leave a field"]].map(([keys, name]) => row(keys, name)));
  dialog.showModal();
  dialog.focus(); // and not its first button, which would be pressed by the next key
}

function nameOf(element) {
  return (
    element.dataset.keyName ?? element.ariaLabel ?? element.labels?.[0]?.textContent.trim() ?? element.textContent.trim()
  );
}

function row(keys, name) {
  const line = document.createElement("div");
  const term = line.appendChild(document.createElement("dt"));
  for (const key of keys.split(" ")) term.appendChild(document.createElement("kbd")).textContent = key;
  line.appendChild(document.createElement("dd")).textContent = name;
  return line;
}
