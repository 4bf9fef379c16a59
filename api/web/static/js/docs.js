// Swagger UI over what this account serves. A token that is typed there stays in the page and is gone with it.

const own = ({ React: { createElement: make } }) => ({
  components: {
    // Its own layout has a second <main> and a title that our bar has already.
    Endpoints: ({ getComponent, specSelectors }) => {
      const part = (name) => make(getComponent(name, true));
      const isLoading = specSelectors.loadingStatus() !== "success";
      return make(
        "div",
        { className: "swagger-ui" },
        make(getComponent("SvgAssets")),
        make("h2", { className: "unseen" }, "Endpoints"),
        make("div", { className: "endpoints-bar" }, part("FilterContainer"), part("AuthorizeBtnContainer")),
        part("errors"),
        isLoading ? make("p", { className: "quiet" }, "Reading the document …") : part("operations"),
      );
    },
    // A link inside of the button that opens an endpoint; opening it changes the address just the same.
    DeepLink: ({ text }) => make("span", null, text),
  },
});

SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#docs",
  layout: "Endpoints",
  plugins: [own],
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  defaultModelExpandDepth: 2,
  displayRequestDuration: true,
  filter: true,
  syntaxHighlight: { activated: false },
  tryItOutEnabled: true,
  validatorUrl: null,
});

// Names for what has none, a dialog that says it is one, a token that nobody reads over a shoulder.
function complete(docs) {
  const dialog = docs.querySelector(".modal-ux:not([role])");
  if (dialog) {
    dialog.role = "dialog";
    dialog.ariaModal = "true";
    dialog.ariaLabel = "Authorize";
    dialog.querySelector(".close-modal").ariaLabel = "Close the dialog";
    for (const field of dialog.querySelectorAll("input")) {
      Object.assign(field, { type: "password", autocomplete: "off", ariaLabel: "Token" });
      field.focus();
    }
  }
  const find = docs.querySelector(".operation-filter-input:not([data-key])");
  if (find) {
    find.dataset.key = "/";
    find.ariaLabel = find.placeholder = "Find a group of endpoints";
  }
  for (const text of docs.querySelectorAll("textarea:not([aria-label])")) text.ariaLabel = "Body";
  for (const row of docs.querySelectorAll("tr[data-param-name]")) {
    for (const field of row.querySelectorAll(":is(input, select, textarea):not([aria-label])")) {
      field.ariaLabel = row.dataset.paramName;
    }
  }
  for (const text of docs.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0;
}

const docs = document.getElementById("docs");
new MutationObserver(() => complete(docs)).observe(docs, { childList: true, subtree: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") docs.querySelector(".close-modal")?.click();
});
