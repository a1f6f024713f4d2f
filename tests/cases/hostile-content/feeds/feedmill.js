// What the pages do beyond what they are: search the list of feeds, and copy addresses. Nothing on a page
// needs this. What only works with it is hidden until it runs; all words are the page's own. Nothing is
// made out of text here but text: the policy of the pages forbids all else.
"use strict";
{
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Makes text comparable: without marks above and below letters, and in one case.
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // Hides the feeds that do not have all the words which are typed, in their titles or in those of their
  // newest entries, and the groups that are empty then.
  const search = () => {
    const box = document.querySelector(".search");
    if (!box) return;
    const input = box.querySelector("input"), found = box.querySelector("[role=status]");
    const shelves = all(".shelf").map((shelf) => {
      const name = shelf.querySelector("h2").textContent;
      const feeds = all("[data-feed]", shelf).map((element) => {
        const titles = all(".title", element).map((title) => title.textContent);
        return {element, text: folded([name, ...titles].join("\n"))};
      });
      return {shelf, feeds, index: shelf.querySelector(".index")};
    });
    const count = shelves.reduce((sum, {feeds}) => sum + feeds.length, 0);
    const look = () => {
      const words = folded(input.value).split(/\s+/u).filter(Boolean);
      let hits = 0;
      for (const {shelf, feeds, index} of shelves) {
        let own = 0;
        for (const {element, text} of feeds) {
          element.hidden = !words.every((word) => text.includes(word));
          own += element.hidden ? 0 : 1;
        }
        shelf.hidden = own === 0;
        if (index) index.open = words.length > 0;
        hits += own;
      }
      const told = hits ? found.dataset.found : found.dataset.none;
      found.textContent =
        words.length ? told.replace("{found}", hits).replace("{all}", count) : "";
    };
    let pause;
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(look, 150);
    });
    box.hidden = false;
    // A browser that comes back to the page may have kept what was typed.
    if (input.value) look();
  };

  // Offers to copy each address. Where a browser refuses, the address is marked instead.
  const copying = () => {
    const status = document.querySelector(".unseen[role=status]");
    if (!navigator.clipboard || !status) return;
    // Those who do not see it are told. The same text is only told again when it was another in between.
    const tell = (text) => {
      status.textContent = "";
      setTimeout(() => { status.textContent = text; }, 50);
    };
    for (const button of all("button.copy")) {
      const address = button.parentElement.querySelector("code"), word = button.textContent;
      let pause;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(address.textContent);
          tell(status.dataset.copied);
          button.textContent = status.dataset.copied;
          clearTimeout(pause);
          pause = setTimeout(() => { button.textContent = word; }, 2000);
        } catch {
          getSelection().selectAllChildren(address);
          tell(status.dataset.refused);
        }
      });
      button.hidden = false;
    }
  };

  for (const work of [search, copying]) work();
}
