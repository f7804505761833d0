"use strict";
(function () {
  var doc = document, root = doc.documentElement;
  function $(id) { return doc.getElementById(id); }
  function all(query, from) { return Array.prototype.slice.call((from || doc).querySelectorAll(query)); }
  function make(tag, text, name) {
    var made = doc.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  }
  function button(text, act) {
    var made = make("button", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  // Light or dark, for as long as the page is open.
  var scheme = $("scheme"), dark = matchMedia("(prefers-color-scheme: dark)");
  scheme.hidden = false;
  scheme.addEventListener("click", function () {
    var now = root.dataset.scheme || (dark.matches ? "dark" : "light");
    root.dataset.scheme = now === "dark" ? "light" : "dark";
  });

  // What is shown stands in the address: #m12&only=pressing&who=3&sort=members.4.up
  var state = {}, at = "", tools = $("tools"), count = $("count"), only = $("only"), who = $("who");
  function read() {
    var held = {}, anchor = "", said = false;
    location.hash.slice(1).split("&").forEach(function (part) {
      var i = part.indexOf("=");
      if (i < 0) anchor = anchor || part;
      else { held[part.slice(0, i)] = part.slice(i + 1); said = true; }
    });
    at = anchor;
    if (said) state = held;
  }
  function write(anew) {
    var parts = at ? [at] : [];
    ["only", "who", "sort"].forEach(function (key) { if (state[key]) parts.push(key + "=" + state[key]); });
    history[anew ? "pushState" : "replaceState"](null, "", parts.length ? "#" + parts.join("&") : location.pathname + location.search);
  }
  function reveal() {
    var target = at && $(at);
    if (!target) { if (/^m\d+$/.test(at) && unpack) openLog(+at.slice(1)); return; }
    if (target.hidden) { state.only = state.who = ""; filter(); }
    for (var up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  }

  // Only some of the messages.
  var listed = all("#labelled ~ .quotes article, #messages ~ .log article");
  var each = listed.filter(function (one) { return one.id.charAt(0) === "m"; }); // a message may stand in both
  function filter() {
    only.value = state.only || "";
    who.value = state.who || "";
    listed.forEach(function (one) {
      one.hidden = Boolean((only.value && !one.classList.contains(only.value)) ||
        (who.value && one.dataset.people.split(" ").indexOf(who.value) < 0));
    });
    count.textContent = each.filter(function (one) { return !one.hidden; }).length + " / " + each.length;
  }
  listed.forEach(function (one) { one.tabIndex = -1; });
  tools.hidden = false;
  tools.addEventListener("submit", function (event) { event.preventDefault(); });
  only.addEventListener("change", function () { state.only = only.value; filter(); write(); });
  who.addEventListener("change", function () { state.who = who.value; filter(); write(); });

  // Next and previous message by key. The way back leads to where the first step was taken.
  var stepped = "";
  function step(by) {
    var seen = listed.filter(function (one) { return !one.hidden && one.getClientRects().length; });
    var now = seen.indexOf(doc.activeElement && doc.activeElement.closest("article"));
    if (now < 0) {
      now = seen.findIndex(function (one) { return one.getBoundingClientRect().top > 1; });
      now = now < 0 ? seen.length : now;
      if (by > 0) now -= 1;
    }
    var next = seen[now + by];
    if (!next) return;
    var anew = at !== stepped || !at;
    at = stepped = next.id;
    next.focus();
    next.scrollIntoView();
    write(anew);
  }
  doc.addEventListener("keydown", function (event) {
    if (!$("keys").checked || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "n") step(1);
    if (event.key === "p") step(-1);
    if (event.key === "s") { $("contents").scrollIntoView(); $("contents").focus(); }
  });

  // Tables: sort by a heading, save.
  var half = root.dataset.half.charAt(1);
  function cell(row, i) { return row.cells[i] ? row.cells[i].textContent.trim() : ""; }
  function value(text) {
    var found = text.replace("\u2212", "-").match(/[-+]?\d[\d.,]*/);
    if (!found) return -Infinity;
    return Number(found[0].split(half === "," ? "." : ",").join("").replace(",", "."));
  }
  function sorter(table, heading, i) {
    var kind = heading.dataset.sort;
    return function (down) {
      var rows = table.first.slice();
      if (kind !== "order") rows.sort(function (a, b) {
        var x = cell(a[0], i), y = cell(b[0], i);
        return kind === "number" ? value(x) - value(y) : x.localeCompare(y, root.lang);
      });
      if (down) rows.reverse();
      rows.forEach(function (group) { group.forEach(function (row) { table.tBodies[0].appendChild(row); }); });
      all("thead th", table).forEach(function (th) { th.removeAttribute("aria-sort"); });
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    };
  }
  var sorts = {};
  function order(by) {
    var i = by.lastIndexOf("."), sort = sorts[by.slice(0, i)];
    if (sort) { sort(by.slice(i) === ".down"); state.sort = by; write(); }
  }
  all("table.stack").forEach(function (table) {
    table.first = [];
    all("tbody tr", table).forEach(function (row) {
      if (row.className === "fold") table.first[table.first.length - 1].push(row); else table.first.push([row]);
    });
    var choice = make("select"), narrow = make("label", root.dataset.sort + " ", "sorting");
    choice.appendChild(make("option", "–")).value = "";
    choice.addEventListener("change", function () { if (choice.value) order(choice.value); });
    all("thead th", table).forEach(function (heading, i) {
      var key = table.id.slice(2) + "." + i, sort = sorts[key] = sorter(table, heading, i), words = heading.textContent;
      heading.textContent = "";
      heading.appendChild(button(words, function () {
        order(key + (heading.getAttribute("aria-sort") === "ascending" ? ".down" : ".up"));
      }));
      ["up", "down"].forEach(function (way) {
        choice.appendChild(make("option", words + (way === "up" ? " ↑" : " ↓"))).value = key + "." + way;
      });
    });
    narrow.appendChild(choice);
    if (table.first.length > 1) table.caption.appendChild(narrow);
    table.caption.appendChild(button(root.dataset.csv, function () { save(table.id + ".csv", csv(table), "text/csv"); }));
  });
  function grid(table) {
    return [all("thead th", table)].concat(all("tbody tr:not(.fold), tfoot tr", table).map(function (row) {
      return Array.prototype.slice.call(row.cells);
    })).map(function (cells) { return cells.map(function (one) { return one.innerText.trim(); }); });
  }
  function csv(table) {
    return "\ufeff" + grid(table).map(function (cells) {
      return cells.map(function (text) {
        // As in the tables that podaudit writes: no cell that a spreadsheet would run.
        return '"' + text.replace(/^(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20'])/, "'").replace(/"/g, '""') + '"';
      }).join(",");
    }).join("\r\n") + "\r\n";
  }
  function save(name, text, type) {
    var link = make("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  $("save").addEventListener("click", function () {
    var made = { generator: doc.querySelector("meta[name=generator]").content, title: doc.title, figures: {}, tables: [], messages: [] };
    all("[data-figure]").forEach(function (one) { made.figures[one.dataset.figure] = one.textContent; });
    all("table.stack").forEach(function (table) {
      var rows = grid(table);
      made.tables.push({ name: table.id.slice(2), columns: rows[0], rows: rows.slice(1) });
    });
    all("article[id^=m]").forEach(function (one) {
      made.messages.push({
        line: +one.id.slice(1), about: one.querySelector(".meta").innerText, text: one.querySelector("blockquote").textContent,
        labels: all(".chip", one).map(function (chip) { return chip.textContent; })
      });
    });
    save("report.json", JSON.stringify(made, null, 1), "application/json");
  });

  // Printing: the summary, or everything with its folds open.
  var shut = [];
  addEventListener("beforeprint", function () {
    shut = all("details:not([open])");
    shut.forEach(function (one) { one.open = true; });
  });
  addEventListener("afterprint", function () {
    shut.forEach(function (one) { one.open = false; });
    delete root.dataset.print;
  });
  $("print-all").addEventListener("click", function () { print(); });
  $("print-brief").addEventListener("click", function () { root.dataset.print = "brief"; print(); });

  // The whole log, unpacked when it is asked for.
  var packed = $("log-data"), unpack, openLog;
  if (packed && "DecompressionStream" in window) (function () {
    var log, found = [], shown = 0, form = $("log-form"), more = $("log-more");
    unpack = function () {
      if (log) return Promise.resolve(log);
      var bytes = Uint8Array.from(atob(packed.textContent.trim()), function (c) { return c.charCodeAt(0); });
      var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return new Response(stream).json().then(function (made) { return (log = made); });
    };
    function page(upto) {
      var part = doc.createDocumentFragment();
      for (; shown < Math.min(upto, found.length); shown += 1) {
        var row = found[shown], one = make("article"), words = make("blockquote", row[3]);
        one.id = "l" + row[0];
        words.dir = "auto";
        one.appendChild(make("p", row[0] + " · " + row[1] + (row[2] ? " · " + log.people[row[2] - 1] : ""), "meta"));
        one.appendChild(words);
        part.appendChild(one);
      }
      $("log-rows").appendChild(part);
      more.hidden = shown >= found.length;
      $("log-count").textContent = shown + " / " + found.length;
    }
    function list(words) {
      found = log.rows.filter(function (row) { return !words || row[3].toLowerCase().indexOf(words) >= 0; });
      shown = 0;
      $("log-rows").textContent = "";
      page(500);
    }
    openLog = function (line) {
      unpack().then(function () {
        list("");
        page(log.rows.findIndex(function (row) { return row[0] >= line; }) + 50);
        var target = $("l" + line);
        if (target) target.scrollIntoView();
      });
    };
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    $("log-open").addEventListener("click", function () { unpack().then(function () { list($("log-words").value.toLowerCase()); }); });
    $("log-words").addEventListener("input", function () { unpack().then(function () { list($("log-words").value.toLowerCase()); }); });
    more.addEventListener("click", function () { page(shown + 500); });
  })();

  function start() {
    var old = state.sort;
    read();
    filter();
    if (state.sort && state.sort !== old) order(state.sort);
    write();
    if (at) reveal();
  }
  addEventListener("hashchange", start);
  start();
})();
