// What the pages do beyond what they are: search the list of feeds, copy addresses, and show what is new
// while they are open. Nothing on a page needs this. What only works with it is hidden until it runs; all
// words are the page's own. Nothing is made out of text here but text: the policy of the pages forbids all
// else.
"use strict";
{
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Makes text comparable: without marks above and below letters, and in one case.
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // What is to be done once there is something new on the page.
  const renewed = [];

  // Tells those who do not see it. The same text is only told again when it was another in between.
  const tell = (text) => {
    const status = document.querySelector(".unseen[role=status]");
    status.textContent = "";
    setTimeout(() => { status.textContent = text; }, 50);
  };

  // Hides the feeds that do not have all the words which are typed, in their titles or in those of their
  // newest entries, and the groups that are empty then.
  const search = () => {
    const box = document.querySelector(".search");
    if (!box) return;
    const input = box.querySelector("input"), found = box.querySelector("[role=status]");
    let shelves, count;
    const read = () => {
      shelves = all(".shelf").map((shelf) => {
        const name = shelf.querySelector("h2").textContent;
        const feeds = all("[data-feed]", shelf).map((element) => {
          const titles = all(".title", element).map((title) => title.textContent);
          return {element, text: folded([name, ...titles].join("\n"))};
        });
        return {shelf, feeds, index: shelf.querySelector(".index")};
      });
      count = shelves.reduce((sum, {feeds}) => sum + feeds.length, 0);
    };
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
    read();
    box.hidden = false;
    // A browser that comes back to the page may have kept what was typed.
    if (input.value) look();
    renewed.push(() => {
      read();
      if (input.value) look();
    });
  };

  // Offers to copy each address. Where a browser refuses, the address is marked instead.
  const copying = () => {
    const status = document.querySelector(".unseen[role=status]");
    if (!navigator.clipboard || !status) return;
    for (const button of all("button.copy[hidden]")) {
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

  // Shows what is new while the page is open, where a server tells of it: the page is asked for anew, and
  // what became another in it takes its place. What stays as it was is left alone, with all that was opened
  // in it.
  const following = (events) => {
    const main = document.querySelector("main");
    const status = document.querySelector(".unseen[role=status]");
    if (!main || !status || !location.protocol.startsWith("http")) return;
    const items = (within) => all("article.entry, article.card, .index li", within);
    const key = (item) => item.getAttribute("aria-labelledby") || item.querySelector("a").href;
    const snapshot = (within) => new Map(items(within).map((item) => [key(item), item.outerHTML]));
    let known = snapshot(main);

    const show = (page) => {
      const fresh = page && page.querySelector("main");
      if (!fresh) return;
      const now = snapshot(fresh);
      const isSame = now.size === known.size && [...now].every(([id, text]) => known.get(id) === text);
      if (isSame) return;
      const next = document.importNode(fresh, true);
      const shown = new Map(items(main).map((item) => [key(item), item]));
      let arrived = 0;
      for (const item of items(next)) {
        if (now.get(key(item)) === known.get(key(item))) item.replaceWith(shown.get(key(item)));
        else if (!known.has(key(item))) {
          item.classList.add("arrived");
          arrived += 1;
        }
      }
      const open = new Set(all(".index[open]", main).map((index) => index.dataset.group));
      for (const index of all(".index", next)) index.open = open.has(index.dataset.group);
      const focus = document.activeElement;
      main.replaceChildren(...next.childNodes);
      if (focus && focus !== document.activeElement && focus.isConnected) {
        focus.focus({preventScroll: true});
      }
      known = now;
      for (const work of renewed) work();
      tell(status.dataset.renewed.replace("{arrived}", arrived));
    };

    // A document that is read this way runs nothing, and is no text that something is made out of.
    const ask = () => {
      const request = new XMLHttpRequest();
      request.open("GET", location.href);
      request.responseType = "document";
      request.addEventListener("load", () => { if (request.status === 200) show(request.response); });
      request.send();
    };
    let pause;
    const renew = () => {
      clearTimeout(pause);
      pause = setTimeout(ask, 200);
    };

    // A page that nobody sees does without: a browser has only few connections for each server. Where there
    // are only files, nobody tells, and nobody is asked again.
    let source, isTold = false, isAnswered = false;
    const listen = () => {
      source = new EventSource(events);
      source.addEventListener("open", () => {
        isTold = true;
        // What happened since the page was made was told to nobody.
        renew();
      });
      source.addEventListener("error", () => { isAnswered ||= source.readyState === EventSource.CLOSED; });
      for (const name of ["new", "changed", "removed", "reset"]) source.addEventListener(name, renew);
    };
    const attend = () => {
      if (document.hidden && source) source.close();
      else if (!document.hidden && (isTold || !isAnswered)) listen();
    };
    document.addEventListener("visibilitychange", attend);
    attend();
  };

  renewed.push(copying);
  const events = new URL("events", document.currentScript.src);
  // What is there is looked at before anything is changed in it.
  for (const work of [() => following(events), search, copying]) work();
}
